"""Invitations: a link that makes whoever has it a member, once."""
