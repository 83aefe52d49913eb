"""Tenant templates: what a provider lets appear at once in a new customer, and its updates."""
