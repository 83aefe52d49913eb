"""Is this installation alive and ready? For load balancers and people who operate it."""
