"""The people of a course, for its staff: the list, a person, tables, ways in, allowances."""
