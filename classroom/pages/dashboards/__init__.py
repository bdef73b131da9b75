"""What the course has come to: for its staff now, this week, over the term; and for each student."""
