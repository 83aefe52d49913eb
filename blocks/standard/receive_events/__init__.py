"""The block garland.receive-events."""
