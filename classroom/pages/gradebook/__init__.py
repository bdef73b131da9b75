"""The gradebook: what everybody has for everything, for staff to fill and for students to read."""
