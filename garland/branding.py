"""Brands at the edge: the host name a request came by, and what templates read of the brand."""

from __future__ import annotations

from typing import Any

from flask import g, request
from werkzeug.local import LocalProxy

from garland.assets import Site
from garland.services import Services
from tenancy.brand.hosts import HostBook
from tenancy.brand.views import HOSTS, current_brand


def install(app: Site, services: Services) -> None:
    """Let requests by the host names of brands be answered under these."""
    book = HostBook(services.reading)
    app.extensions[HOSTS] = book
    app.owner_of, app.public_url = book.owner_of, services.settings.public_url

    @app.before_request
    def find_host() -> None:
        g.brand_host = app.brand_host_of(request)

    @app.context_processor
    def brand_facts() -> dict[str, Any]:
        return {"brand": LocalProxy(current_brand)}
