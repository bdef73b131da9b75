"""What the site holds of a person: given out, made anonymous, and thrown away when it is old."""
