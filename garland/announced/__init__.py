"""The pages of those whom announcements reach: what is told now, and what was told earlier."""
