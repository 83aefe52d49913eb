"""Recalling a version of a block: whom it is taken from, and what becomes of runs under way."""
