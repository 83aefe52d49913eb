"""The block Set data."""
