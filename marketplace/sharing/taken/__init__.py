"""The pages of what was taken over."""
