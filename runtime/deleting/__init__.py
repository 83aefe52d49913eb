"""Deleting a closed organisation for good, in bites, with a certificate of what was deleted."""
