"""The block garland.threshold."""
