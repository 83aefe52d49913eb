"""Who is told of changes over TMF642: hubs, what waits for them, and the sending of it."""
