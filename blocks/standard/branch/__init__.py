"""The block garland.branch."""
