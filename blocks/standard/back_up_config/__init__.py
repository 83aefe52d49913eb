"""The block garland.back-up-config."""
