"""The block garland.raise-alarm."""
