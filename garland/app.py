"""The web application, put together from the packages' views."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import structlog
from flask import Flask, g, request
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from blocks.packages.archive import ARCHIVE_MAX_BYTES
from garland import branding, delegated, repeats, sign_in, telling
from garland.addresses import LateRule
from garland.announced import seen
from garland.assets import Site, address_parts, imported_by
from garland.blueprints import BLUEPRINTS
from garland.failures import install_failures
from garland.operations.gauges import DatabaseGauges
from garland.panels import alarm_panels, resource_panels
from garland.parts import make_brokers
from garland.security import install_security
from garland.services import Services, redis_address
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.http import Database, acting_or_none, csrf, install, logged_path, wants_part
from kernel.ids import new_id
from kernel.plots import drawn_plot
from kernel.resources import resource_folder
from tenancy.scope import bind

BODY_MAX_BYTES = 6 * 1024 * 1024
PACKAGE_ROUND_BYTES = 64 * 1024
"""What a form may put round a package; one a little too large is refused in its own words."""
TAKE_PACKAGES = frozenset(
    {
        "blocks.upload_package",
        "blocks_api.upload_package",
        "blocks_api.install",
        "packs.bring",
        "palette.bring",
        "packs_api.bring",
        "releases_api.submit",
        "studio.submit",
    }
)
"""The endpoints that take as much as a package may have."""


def create_app(settings: Settings) -> Flask:
    """Make the web application: one per process, after any fork."""
    services = Services(settings)
    app = Site(
        "garland",
        template_folder=str(resource_folder("templates")),
        static_folder=str(resource_folder("static")),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=BODY_MAX_BYTES,
        MAX_FORM_PARTS=20_000,
        MAX_FORM_MEMORY_SIZE=BODY_MAX_BYTES,
        RATELIMIT_STORAGE_URI=_limits_address(settings),
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
    )
    app.url_rule_class = LateRule
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.extensions["garland.services"] = services
    app.extensions["garland.brokers"] = cache(
        lambda: replace(make_brokers(settings), connections=services.connections)
    )
    app.extensions["garland.alarm_panels"] = alarm_panels()
    app.extensions["garland.resource_panels"] = resource_panels()
    app.extensions["garland.gauges"] = DatabaseGauges(
        services.reading, tenants=services.settings.metrics_tenants
    )
    branding.install(app, services)
    _install_request_name(app)
    telling.install(app)
    install(app, Database(writing=services.sessions, reading=services.reading, bind=bind))
    app.add_template_global(drawn_plot)
    app.add_template_global(imported_by)
    install_security(app, is_https=settings.public_url.startswith("https://"))
    install_failures(app)
    sign_in.install(app)
    delegated.install(app)
    _install_addresses(app)
    _install_context(app)
    repeats.install(app)
    for blueprint, is_machine in BLUEPRINTS:
        app.register_blueprint(blueprint)
        if is_machine:
            csrf.exempt(blueprint)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _limits_address(settings: Settings) -> str:
    address = redis_address(settings)
    return address.replace("unix://", "redis+unix://", 1)


def _install_addresses(app: Flask) -> None:
    """Let views leave out the tenant: it is read from the address and filled in again."""

    @app.url_value_preprocessor
    def take_tenant(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values is not None and "tenant" in values:
            g.tenant_slug = values.pop("tenant")

    @app.url_defaults
    def give_tenant(endpoint: str, values: dict[str, Any]) -> None:
        wanted = app.url_map.is_endpoint_expecting(endpoint, "tenant")
        if wanted and "tenant" not in values and "tenant_slug" in g:
            values["tenant"] = g.tenant_slug
        if endpoint == "static" and "v" not in values and "filename" in values:
            values.update(address_parts(values["filename"]))


def _install_request_name(app: Flask) -> None:
    """Name each request, note when it came and what it may bring, before anything refuses it."""

    @app.before_request
    def name_request() -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=str(new_id()))
        g.page_asked_at = utc_now()


def _install_context(app: Flask) -> None:
    """Bind what logs and templates need of the request."""

    @app.before_request
    def find_actor() -> AnyResponse | None:
        elsewhere = sign_in.find_actor()
        if elsewhere is not None:
            return elsewhere
        if request.endpoint in TAKE_PACKAGES and acting_or_none() is not None:
            request.max_content_length = ARCHIVE_MAX_BYTES + PACKAGE_ROUND_BYTES
        return None

    @app.context_processor
    def page_facts() -> dict[str, Any]:
        who = acting_or_none()
        switches = who is not None and who.person_id is not None and not wants_part()
        return {
            "acting": who,
            "organisations": sign_in.organisations() if switches else [],
            "nav_active": None,
            "disruptions": seen.disruptions_shown() if switches else [],
            "tenant_standing": sign_in.standing() if switches else None,
            "page_made_ms": int(g.page_asked_at.timestamp() * 1000),
        }

    @app.after_request
    def note_request(response: Any) -> Any:
        if request.endpoint not in ("static", "operations.healthz"):
            log = structlog.get_logger(__name__)
            log.debug("request_answered", path=logged_path(), status=response.status_code)
        return response
