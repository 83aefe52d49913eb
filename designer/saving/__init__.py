"""Saving a workflow as something others can use: a block."""
