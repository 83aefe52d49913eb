"""Sources that the listener serves: whose a datagram is, settings, and taking many at once."""
