"""Everything of a hackathon, to take away: tables, one JSON, and the files people uploaded."""
