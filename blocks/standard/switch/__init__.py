"""The block garland.switch."""
