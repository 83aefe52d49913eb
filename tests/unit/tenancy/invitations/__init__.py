"""Invitations, without a database."""
