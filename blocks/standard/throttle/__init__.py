"""The block garland.throttle."""
