"""The block garland.create-service-problem."""
