"""Messages from outside to runs that wait for them."""
