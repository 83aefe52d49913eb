"""Workflows as documents: their model, checks, expressions, drafts and versions."""
