"""Releases: how a block or pack comes from its publisher, by checks and review, to be listed."""
