"""Alarms that are held back for a while: by planned work, or by a storm."""
