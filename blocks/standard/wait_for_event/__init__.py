"""The block garland.wait-for-event."""
