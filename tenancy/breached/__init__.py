"""Passwords that became known by a breach, read without a network; see README.md beside this."""
