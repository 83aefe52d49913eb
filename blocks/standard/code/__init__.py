"""The block garland.code."""
