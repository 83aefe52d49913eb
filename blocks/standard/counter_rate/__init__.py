"""The block garland.counter-rate."""
