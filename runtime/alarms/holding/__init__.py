"""Alarms held back for a while, and let go again: by planned work, or by a storm."""
