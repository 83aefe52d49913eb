"""Blocks: what a workflow step can do, how a block says so, and the safe way to run it."""
