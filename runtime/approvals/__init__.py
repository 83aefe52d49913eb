"""Approvals: workflows that ask people and wait."""
