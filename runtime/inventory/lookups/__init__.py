"""Look-up tables as people keep them: pages, rows, CSV in and out."""
