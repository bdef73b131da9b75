"""How fast a hand-in is graded: `make bench-grading`."""
