"""The block Look up table."""
