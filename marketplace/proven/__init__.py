"""Proven use: who really uses a listing, and whose use says something about it."""
