"""What people are told: on the site, in letters, and how they want to hear of it."""
