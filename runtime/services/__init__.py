"""What a tenant bought and lives by: services, how they do, and what was agreed about them."""
