"""Packs in a tenant: what is offered and installed, upgrading and removing; pages and REST."""
