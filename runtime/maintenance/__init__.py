"""Maintenance windows: planned work, when it is, and which alarms it explains."""
