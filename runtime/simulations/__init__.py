"""Rules tried on events that somebody gave, in the circumstances of a tenant."""
