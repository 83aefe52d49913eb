"""The block garland.unacknowledge-alarm."""
