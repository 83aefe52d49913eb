"""The block garland.service-impact."""
