"""The block garland.update-remote-alarm."""
