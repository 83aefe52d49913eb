"""The block garland.unusual-value."""
