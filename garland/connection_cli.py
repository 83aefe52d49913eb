"""The command `garland connection`: what the operator does for the connections of all tenants."""

from __future__ import annotations

import click


@click.group()
def connection() -> None:
    """Look after the tenants' connections."""


@connection.command("reseal")
def reseal() -> None:
    """Seal what connections hold with the newest of GARLAND_ENCRYPTION_KEYS.

    After that the older keys are needed for connections no more.
    """
    from garland.services import Services
    from garland.settings import load_settings
    from tenancy.connections.resealing import reseal_connections
    from tenancy.scope import system

    services = Services(load_settings())
    with services.sessions.begin() as session, system(session):
        count = reseal_connections(session, services.vault)
    click.echo(f"{count} connections are sealed with the newest key.")
