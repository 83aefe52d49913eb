"""A provider's catalogue over the public one: what its customers are offered, and why."""
