"""The block garland.write-log."""
