"""The block garland.set-variables."""
