"""The block garland.count-in-window."""
