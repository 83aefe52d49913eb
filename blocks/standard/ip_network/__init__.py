"""The block garland.set-data."""
