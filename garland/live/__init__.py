"""Notices to open pages, as server-sent events."""
