"""What was done by whom: the audit of every organisation, append-only and chained by digests."""
