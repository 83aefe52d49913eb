"""The block garland.fail."""
