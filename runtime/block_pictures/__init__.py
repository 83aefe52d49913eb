"""Business calendars: when an organisation is open, and arithmetic in its open hours."""
