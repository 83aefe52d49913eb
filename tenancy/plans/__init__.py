"""Plans: what an organisation's provider lets it use, and what that costs."""
