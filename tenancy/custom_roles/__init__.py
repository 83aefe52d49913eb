"""Roles that an organisation makes for itself from the table of permissions."""
