"""The pages of single charges."""
