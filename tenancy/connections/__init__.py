"""Connections: a tenant's credentials for other systems, sealed, and never read back.

What a connection is (`kinds.py`), where its secret may go (`hosts.py`), and how it is kept
(`store.py`). Who uses one, tries one, or shows one stands above: `runtime/connections/`.
"""
