"""The block garland.receive-signed."""
