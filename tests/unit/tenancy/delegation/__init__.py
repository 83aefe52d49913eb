"""What a grant gives, and for how long."""
