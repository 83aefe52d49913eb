"""Runs code that is not ours: in warm child processes that are locked down before they import it."""
