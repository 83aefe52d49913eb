"""Delegated operation on a real database, and as a browser meets it."""
