"""What the integrator's tool does with a block's folder; `garland block` puts it into words."""
