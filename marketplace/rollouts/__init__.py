"""Bringing a new version of a block to organisations ring by ring, and back."""
