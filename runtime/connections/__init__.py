"""Connections at work: put into calls, tokens fetched, tried by a button, shown and changed.

What a connection is and how it is kept: `tenancy/connections/`.
"""
