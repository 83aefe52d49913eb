"""What carries out the blocks that are no Python code of an author's: one module a kind."""
