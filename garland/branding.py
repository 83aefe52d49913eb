"""Brands at the edge: the host name a request came by, and what templates read of the brand."""

from __future__ import annotations

from typing import Any

from flask import g, request
from werkzeug.local import LocalProxy

from garland.assets import Site
from garland.services import Services
from kernel.http import db_session
from marketplace.releases.public import publisher_named
from tenancy.brand.hosts import HostBook
from tenancy.brand.views import HOSTS, current_brand

OURS = "garland"
"""How the product names itself in ids and in what it does by itself: never shown."""


def install(app: Site, services: Services) -> None:
    """Let requests by the host names of brands be answered under these."""
    book = HostBook(services.reading)
    app.extensions[HOSTS] = book
    app.owner_of, app.public_url = book.owner_of, services.settings.public_url

    app.add_template_filter(whose)
    app.add_template_filter(publisher_name)
    app.add_template_filter(named)

    @app.before_request
    def find_host() -> None:
        g.brand_host = app.brand_host_of(request)

    @app.context_processor
    def brand_facts() -> dict[str, Any]:
        return {"brand": LocalProxy(current_brand)}


def whose(word: str) -> str:
    """Name a source of alarms or who did something as people read it.

    What the product publishes, raises or does by itself goes by its name here.
    """
    return current_brand().name if word == OURS else word


def publisher_name(namespace: str) -> str:
    """Name a publisher of blocks as people read it; one that nobody verified by its namespace."""
    known: dict[str, str] = g.setdefault("publisher_names", {OURS: current_brand().name})
    if namespace not in known:
        known[namespace] = publisher_named(db_session(), namespace)
    return known[namespace]


def named(block_id: str) -> str:
    """Give the id of a block or pack as people read it: of built-in ones, without the publisher.

    >>> named("garland.wait"), named("acme.wait")
    ('wait', 'acme.wait')
    """
    return block_id.removeprefix(f"{OURS}.")
