"""The block garland.ungroup-alarm."""
