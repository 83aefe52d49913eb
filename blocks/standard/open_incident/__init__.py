"""The block garland.open-incident."""
