"""Workflows that blocks start."""
