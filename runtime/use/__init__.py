"""What tenants used: facts recorded once, added up by the day, held against plans and caps."""
