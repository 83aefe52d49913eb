"""Each tenant's own key, which its secrets are sealed by: made, rotated, destroyed."""
