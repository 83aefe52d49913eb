"""The block garland.repeat."""
