"""Webhooks: addresses at which other systems start workflows, or hand them what they wait for."""
