"""The brand of a request, and the files of brands: style sheets and pictures, fetched by digest."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, g, make_response, session
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from kernel.errors import NotFoundError
from kernel.http import acting_or_none, db_session
from tenancy.brand import store
from tenancy.brand.colours import read_colour, style_of
from tenancy.brand.hosts import HostBook
from tenancy.brand.model import UNNAMED, Brand
from tenancy.people import find_by_email

bp = Blueprint("brand", __name__, url_prefix="/brand")
HOSTS = "garland.brand_hosts"
KEPT = "public, max-age=31536000, immutable"
COOKIE_KEY = "_user_id"
"""Where Flask-Login keeps who is signed in: without it nobody is, and nothing is asked."""
_NOT_THERE = "There is nothing at this address, or it is not yours to see."


@bp.get("/<digest>.css")
def style(digest: str) -> Response:
    """Give the style sheet of a brand's colours."""
    found = store.find_style(db_session(), digest)
    if found is None:
        raise NotFoundError(_NOT_THERE)
    return _file(found, "text/css")


@bp.get("/preview/<light>-<dark>.css")
def preview_style(light: str, dark: str) -> Response:
    """Give the style sheet of two colours for the preview alone; they are in its address."""
    try:
        colours = read_colour(light), read_colour(dark)
    except ValueError:
        raise NotFoundError(_NOT_THERE) from None
    return _file(style_of(*colours, within=".brand-look"), "text/css")


@bp.get("/<file>")
def picture(file: str) -> Response:
    """Give a logo or an icon."""
    found = store.find_picture(db_session(), file)
    if found is None:
        raise NotFoundError(_NOT_THERE)
    return _file(found.content, "image/png" if found.ending == "png" else "image/svg+xml")


def hosts() -> HostBook:
    """Give the host names that are served for brands."""
    found: HostBook = current_app.extensions[HOSTS]
    return found


def current_brand() -> Brand:
    """Give the brand that this request is answered under; asked once in a request.

    Of the organisation that acts; else of the one a link is about (`speak_for`), else of the host
    name, else of who is signed in, else of the installation.
    """
    if "brand" not in g:
        g.brand = _find_or_none()
    found: Brand = g.brand
    return found


def speak_for(organisation_id: UUID) -> None:
    """Answer under the brand of an organisation that nobody acts for yet, such as who invites."""
    g.brand = store.brand_for(db_session(), organisation_id)


def speak_to(email: str) -> None:
    """Answer under the brand of a person who opened a link and is not signed in yet."""
    person = find_by_email(db_session(), email)
    if person is not None and not g.get("brand_host"):
        g.brand = store.brand_for_person(db_session(), person.id)


def _find_or_none() -> Brand:
    """Find it, or do without: an answer that tells of a fault must not fail for its name."""
    try:
        return _find()
    except SQLAlchemyError:
        return UNNAMED


def _find() -> Brand:
    who, host = acting_or_none(), g.get("brand_host", "")
    if who is not None:
        return store.brand_for(db_session(), who.tenant_id)
    if COOKIE_KEY in session and current_user.is_authenticated:
        return store.brand_for_person(db_session(), current_user.person_id, host=host)
    owner = hosts().owner_of(host) if host else None
    if owner is not None:
        return store.brand_for(db_session(), owner)
    return store.vendors_brand(db_session())


def _file(content: Any, kind: str) -> Response:
    response = make_response(content)
    response.mimetype = kind
    response.headers["Cache-Control"] = KEPT
    return response
