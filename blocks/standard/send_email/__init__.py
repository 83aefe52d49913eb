"""The block garland.send-email."""
