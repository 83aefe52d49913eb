"""Letting go of what is no longer kept, in small bites."""
