"""Announcements: what a provider tells those whom it looks after, and who got to see it."""
