"""Brands at the edge: the host name a request came by, and what templates read of the brand."""

from __future__ import annotations

from typing import Any

from flask import g, request
from werkzeug.local import LocalProxy

from garland.assets import Site
from garland.services import Services
from tenancy.brand.hosts import HostBook
from tenancy.brand.views import HOSTS, current_brand

OURS = "garland"
"""The publisher of what comes with the product: a part of ids, never shown."""


def install(app: Site, services: Services) -> None:
    """Let requests by the host names of brands be answered under these."""
    book = HostBook(services.reading)
    app.extensions[HOSTS] = book
    app.owner_of, app.public_url = book.owner_of, services.settings.public_url

    app.add_template_filter(publisher)
    app.add_template_filter(named)

    @app.before_request
    def find_host() -> None:
        g.brand_host = app.brand_host_of(request)

    @app.context_processor
    def brand_facts() -> dict[str, Any]:
        return {"brand": LocalProxy(current_brand)}


def publisher(name: str) -> str:
    """Say who publishes a block or pack: of those that come with the product, whose it is here."""
    return current_brand().name if name == OURS else name


def named(block_id: str) -> str:
    """Give the id of a block or pack as people read it: of built-in ones, without the publisher.

    >>> named("garland.wait"), named("acme.wait")
    ('wait', 'acme.wait')
    """
    return block_id.removeprefix(f"{OURS}.")
