"""The page of a brand: chosen, looked at before it is saved, and let go; host names agreed to."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.db import after_commit
from kernel.errors import ConflictError, GarlandError, InvalidError, NotFoundError, Problem
from kernel.http import acting, db_session, only_reads, render, require, see_other
from tenancy.brand import hosts, store
from tenancy.brand.colours import worst_ground
from tenancy.brand.model import (
    LINKS,
    OWN,
    TEXTS,
    THEMES,
    Brand,
    Picture,
    read_brand,
    read_picture,
)
from tenancy.brand.views import hosts as host_book
from tenancy.mails.letters import write_letter
from tenancy.organisations import HAVE_CUSTOMERS

bp = Blueprint("brand_editing", __name__, url_prefix="/t/<tenant>/brand")
FIELDS = ("product", "host_asked", *THEMES, *TEXTS, *LINKS)
PICTURES = ("logo", "icon")
_NOT_THERE = "There is nothing at this address, or it is not yours to see."


@bp.get("")
@require("brand.edit")
def show() -> Response:
    """Show the brand, ready to be changed, and how it looks."""
    _require_provider()
    return _page(_form_of(_own()))


@bp.post("/preview")
@require("brand.edit")
@only_reads
def preview() -> Response:
    """Show how what is typed would look; nothing is kept."""
    _require_provider()
    form, wanted, _, problems = _read()
    return _page(form, wanted, problems, part="tenancy/brand/_preview.html")


@bp.post("")
@require("brand.edit")
def save() -> Response:
    """Choose what is typed, from now on and for everybody below."""
    _require_provider()
    form, wanted, pictures, problems = _read()
    if wanted is None or problems:
        return _page(form, wanted, problems, status=InvalidError.status)
    now, by = utc_now(), acting().person_name
    store.change_brand(db_session(), acting().tenant_id, wanted, pictures, by=by, now=now)
    after_commit(db_session(), host_book().forget)
    flash("The brand is saved: everybody below you sees it from now on.", "good")
    return see_other(url_for("brand_editing.show"))


@bp.post("/drop")
@require("brand.edit")
def drop() -> Response:
    """Go back to the brand above."""
    _require_provider()
    store.drop_brand(db_session(), acting().tenant_id, now=utc_now())
    after_commit(db_session(), host_book().forget)
    flash("Your own brand is gone; the one above you holds again.", "good")
    return see_other(url_for("brand_editing.show"))


@bp.post("/hosts/<uuid:organisation_id>")
@require("brand.edit")
def decide(organisation_id: UUID) -> Response:
    """Agree to a host name or refuse it: the vendor's alone."""
    if acting().tenant_kind != "vendor":
        raise NotFoundError(_NOT_THERE)
    agrees, host = request.form.get("agree") == "yes", request.form.get("host", "")
    act = hosts.agree if agrees else hosts.refuse
    try:
        act(db_session(), acting().tenant_id, organisation_id, host, now=utc_now())
    except (ConflictError, NotFoundError) as error:
        db_session().rollback()
        return _page(_form_of(_own()), failure=error)
    after_commit(db_session(), host_book().forget)
    flash(f"{host} is served from now on." if agrees else f"{host} is not served.", "good")
    return see_other(url_for("brand_editing.show"))


def _require_provider() -> None:
    if acting().tenant_kind not in HAVE_CUSTOMERS:
        raise NotFoundError(_NOT_THERE)


def _own() -> Brand | None:
    return store.own_brand(db_session(), acting().tenant_id)


def _form_of(own: Brand | None) -> dict[str, str]:
    """Fill the form with what is chosen; empty fields mean the usual."""
    if own is None:
        return dict.fromkeys(FIELDS, "")
    known = {**asdict(own), "product": own.name, "host_asked": own.host_asked or own.host}
    return {name: known[name] for name in FIELDS}


def _read() -> tuple[dict[str, str], Brand | None, dict[str, Picture | None], list[Problem]]:
    """Read the form: what was typed, the brand if it can be one, the pictures, what is wrong."""
    form = {name: request.form.get(name, "") for name in FIELDS}
    problems: list[Problem] = []
    pictures: dict[str, Picture | None] = {}
    for name in PICTURES:
        sent = request.files.get(name)
        try:
            if sent is not None and sent.filename:
                pictures[name] = read_picture(sent.filename, sent.read(), name)
            elif request.form.get(f"no_{name}"):
                pictures[name] = None
        except InvalidError as error:
            problems += error.problems
    try:
        return form, read_brand(form), pictures, problems
    except InvalidError as error:
        return form, None, pictures, [*error.problems, *problems]


def _page(
    form: dict[str, str],
    wanted: Brand | None = None,
    problems: list[Problem] | None = None,
    *,
    part: str | None = None,
    status: int = 200,
    failure: GarlandError | None = None,
) -> Response:
    own = _own()
    above = _above()
    look = _look(wanted, own or above)
    return render(
        "tenancy/brand/edit.html",
        part,
        status=failure.status if failure is not None else status,
        form=form,
        own=own,
        above=above,
        look=look,
        problems={one.pointer.lstrip("/"): one.message for one in problems or ()},
        failure=failure.message if failure is not None else None,
        pictures=_shown(own),
        letter=write_letter("invitation", look, _MADE_UP),
        ratios={name: worst_ratio(look, name) for name in THEMES},
        names=hosts.names_asked(db_session()) if acting().tenant_kind == "vendor" else [],
    )


def worst_ratio(look: Brand, name: str) -> tuple[str, float] | None:
    """Say on which ground an accent of a brand is hardest to read, and how well it can be."""
    accent = getattr(look, name)
    return worst_ground(accent, THEMES[name])[::2] if accent else None


_MADE_UP = {
    "organisation": "Example Utilities",
    "invited_by": "Anna Keller",
    "role": "operator",
    "until": "tomorrow",
    "link": "https://…/join/…",
}


def _above() -> Brand:
    """Give the brand that holds where nothing is chosen here."""
    parent = store.parent_of(db_session(), acting().tenant_id)
    return store.brand_for(db_session(), parent) if parent is not None else OWN


def _look(wanted: Brand | None, present: Brand) -> Brand:
    """Give the brand that the preview shows: what is typed, else what holds now."""
    return replace(wanted, logo="", icon="") if wanted is not None else present


def _shown(own: Brand | None) -> dict[str, str]:
    """Give where the pictures of the preview are: those just chosen stand in the page itself."""
    found = dict.fromkeys(PICTURES, "")
    for name in PICTURES:
        sent = request.files.get(name)
        if sent is not None and sent.filename:
            found[name] = _inline(sent.filename, sent)
        elif own is not None and not request.form.get(f"no_{name}") and getattr(own, name):
            found[name] = url_for("brand.picture", file=getattr(own, name))
    return found


def _inline(name: str, sent: Any) -> str:
    sent.seek(0)
    try:
        picture = read_picture(name, sent.read(), "logo")
    except InvalidError:
        return ""
    kind = "image/png" if picture.ending == "png" else "image/svg+xml"
    return f"data:{kind};base64,{b64encode(picture.content).decode()}"
