"""Workflows as documents: their model, checks, drafts and versions."""
