"""Sources on a real database: what they send, their pages, their silence."""
