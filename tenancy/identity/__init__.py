"""Signing in through an organisation's own identity provider, by OpenID Connect."""
