"""The block garland.resync-source."""
