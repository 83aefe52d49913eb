"""The block garland.wait."""
