"""Rules: what a tenant wants to happen when alarms look a certain way."""
