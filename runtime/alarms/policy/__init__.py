"""How a tenant's alarms live: what the lifecycle leaves to its tenant."""
