"""Workflows that a block starts: asked again and again what is new, a run for each event, once."""
