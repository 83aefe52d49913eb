"""Triggers whose block is code: which package may be run, with what, and the runs it starts."""
