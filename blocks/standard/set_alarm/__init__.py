"""The block garland.set-alarm."""
