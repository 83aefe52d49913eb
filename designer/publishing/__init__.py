"""Putting a draft live: what changes, what it affects, what stands in the way; and going back."""
