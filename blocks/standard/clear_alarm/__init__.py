"""The block garland.clear-alarm."""
