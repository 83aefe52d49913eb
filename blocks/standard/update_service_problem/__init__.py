"""The block garland.update-service-problem."""
