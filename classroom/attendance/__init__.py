"""Attendance: who was at which session, by a click, by a code in the room, by a video call's table."""
