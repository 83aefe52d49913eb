"""The block garland.end."""
