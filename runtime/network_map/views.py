"""The map: the network with the severity of its alarms, and what is to be known of one thing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, address_with, db_session, render, require
from runtime.inventory.model import KINDS
from runtime.network_map.addresses import Addresses
from runtime.network_map.asked import HOPS, LEAST, Wanted, read_wanted
from runtime.network_map.looking import FOUND_MAX, look_at
from runtime.network_map.panel import Panel, panel_of
from runtime.network_map.picture import CARD, DRAWN_MAX

bp = Blueprint("network_map", __name__)


@bp.get("/t/<tenant>/map")
@require("inventory.view")
@require("alarms.view")
def show_map() -> Response:
    """Draw the network, a place from inside, or what lies round a resource or an alarm."""
    wanted = read_wanted(request.args)
    look = look_at(db_session(), acting().tenant_id, wanted)
    return render(
        "runtime/network_map/map.html",
        "runtime/network_map/_drawing.html",
        look=look,
        wanted=wanted,
        picture=look.picture,
        panel=_panel(wanted),
        asked=request.args,
        addresses=_addresses(),
        here=address_with(at=None),
        scene_name=address_with(at=None, q=None),
        choices=_choices(look.picture.types),
        found_max=FOUND_MAX,
        drawn_max=DRAWN_MAX,
        card=CARD,
    )


@bp.get("/t/<tenant>/map/panel")
@require("inventory.view")
@require("alarms.view")
def show_panel() -> Response:
    """Show one thing beside the drawing."""
    key = request.args.get("key", "")
    panel = panel_of(db_session(), acting().tenant_id, key, now=utc_now())
    return render("runtime/network_map/panel.html", "runtime/network_map/_panel.html", panel=panel)


def _addresses() -> Addresses:
    same = address_with(at=None)
    return Addresses(
        before_at=f"{same}{'&' if '?' in same else '?'}at=",
        map=url_for("network_map.show_map"),
        panel=url_for("network_map.show_panel"),
    )


def _panel(wanted: Wanted) -> Panel | None:
    """Give the panel that the address opens; one of a thing that is gone is left out."""
    if not wanted.at:
        return None
    try:
        return panel_of(db_session(), acting().tenant_id, wanted.at, now=utc_now())
    except NotFoundError:
        return None


def _choices(types: Any) -> dict[str, list[tuple[str, str]]]:
    return {
        "least": [("", "Any"), *((one, f"{one.capitalize()} or worse") for one in LEAST)],
        "kind": [("", "All"), *((one, one.capitalize()) for one in KINDS)],
        "type": [("", "All"), *((one, one) for one in types)],
        "hops": [(one, f"{one} {'hop' if one == '1' else 'hops'}") for one in HOPS],
    }
