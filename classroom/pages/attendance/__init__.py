"""Attendance: the table, one's own page, a session's list, the code on the wall, a call's table."""
