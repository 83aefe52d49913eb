"""Roles of an organisation's own on a real database, and as a browser meets them."""
