"""Runs code that is not ours: in warm child processes, locked down before they import it."""
