"""The block Set alarm."""
