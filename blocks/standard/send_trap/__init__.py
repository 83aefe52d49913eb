"""The block garland.send-trap."""
