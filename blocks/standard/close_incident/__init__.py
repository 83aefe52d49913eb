"""The block garland.close-incident."""
