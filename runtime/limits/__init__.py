"""What a tenant may use, how much of it, and how fast."""
