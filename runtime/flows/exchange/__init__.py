"""Workflows as files: stable JSON, what it needs, reading it back, planning and doing an import."""
