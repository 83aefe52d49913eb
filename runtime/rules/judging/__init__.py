"""Judging: which rules fire for a stream of changes, by what they remember."""
