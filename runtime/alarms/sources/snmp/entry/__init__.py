"""The form of a trap catalogue entry."""
