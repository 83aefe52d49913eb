"""Versions of rules and tables over REST."""
