"""The block garland.interface-status."""
