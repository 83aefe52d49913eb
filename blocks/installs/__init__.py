"""Blocks that tenants installed: packages kept by digest, who may use which, and their upgrades."""
