"""An organisation's own admins have all of it written to a file, which is kept for a day."""
