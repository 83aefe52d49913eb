"""The block garland.look-up-resources."""
