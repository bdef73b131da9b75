"""How long the course's pages take: 1,000 students, 40 pieces of work, 100,000 hand-ins."""
