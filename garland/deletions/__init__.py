"""The pages of deletions: asking, calling off, how far one is, and the certificates."""
