"""The command `garland search`: what listings of the marketplace are found by."""

from __future__ import annotations

import click


@click.group()
def search() -> None:
    """Look after the search of the marketplace."""


@search.command("rebuild")
def rebuild() -> None:
    """Take every listing in again and read its words anew; people search on meanwhile."""
    from garland.services import Services
    from garland.settings import load_settings
    from kernel.clock import utc_now
    from marketplace.releases.shelving import shelve_all
    from marketplace.search.store import rebuild as read_anew

    services = Services(load_settings())
    try:
        left = shelve_all(services.sessions, now=utc_now())
        with services.sessions() as session, session.begin():
            count = read_anew(session, now=utc_now())
    finally:
        services.engine.dispose()
    if left:
        click.echo(f"These could not be read and are as before: {', '.join(left)}.", err=True)
    click.echo(f"{count:,} listings can be found.")
