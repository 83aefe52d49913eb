"""Delegated operation at the web's edge: the banner, what is noted, and answers that end in time.

Every request asks anew whether a grant lets somebody in (`garland.sign_in`). An answer in pieces,
a stream of events or a long download, outlives the request: here each of its pieces is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask, Response, current_app, request
from flask_login import current_user
from werkzeug.wsgi import ClosingIterator

from garland.services import Services
from garland.sign_in import LISTENING
from kernel.acting import Acting
from kernel.clock import utc_now
from kernel.http import acting_or_none, db_session, is_reading, wants_part
from tenancy.audit.trail import About, note
from tenancy.delegation.acting import reachable, still_holds
from tenancy.delegation.glass import unseen
from tenancy.delegation.reading import active_in
from tenancy.delegation.rules import GrantView
from tenancy.identity.opened import opened_by

GIVEN_TO = ("customer", "reseller")
"""The kinds of organisation that a provider's support can be let into."""


def install(app: Flask) -> None:
    """Fit it to an application, after the edge's own parts: what is noted precedes the commit."""
    app.after_request(_note_deed)
    app.after_request(_end_in_time)
    app.context_processor(_page_facts)


def _note_deed(response: Response) -> Response:
    """Note each change that is made by a grant, whether or not it is noted on its own."""
    who = acting_or_none()
    if who is None or who.delegated is None or is_reading() or response.status_code >= 400:  # noqa: PLR2004
        return response
    about = About(kind="support_access", id=who.delegated.grant_id, name=who.delegated.home_name)
    facts = {"what": request.endpoint or "", "method": request.method}
    note(
        db_session(), who.tenant_id, "support_access.used", now=utc_now(), about=about, facts=facts
    )
    return response


def _end_in_time(response: Response) -> Response:
    who = acting_or_none()
    if who is not None and response.is_streamed and _is_asked_anew(who):
        services: Services = current_app.extensions["garland.services"]
        pieces: Any = response.response
        close = getattr(pieces, "close", None)
        response.response = ClosingIterator(
            while_it_holds(services, who, pieces), [close] if close is not None else None
        )
    return response


def _is_asked_anew(who: Acting) -> bool:
    """Ask for who acts by a grant always, and for a member while an open page only listens."""
    return who.delegated is not None or request.endpoint in LISTENING


def while_it_holds(services: Services, who: Acting, pieces: Iterable[Any]) -> Iterator[Any]:
    """Pass pieces of an answer on for as long as a grant, or a membership, lets somebody in."""
    for piece in pieces:
        with services.reading() as session:
            if not still_holds(session, who, now=utc_now()):
                return
        yield piece


def _page_facts() -> dict[str, Any]:
    """Give every whole page who of a provider may act here, and where its reader may besides."""
    who = acting_or_none()
    if who is None or who.person_id is None or wants_part():
        return {"support_here": [], "support_there": [], "broken_glass": []}
    session, now = db_session(), utc_now()
    here: list[GrantView] = []
    broken: list[GrantView] = []
    if who.tenant_kind in GIVEN_TO:
        here = active_in(session, who.tenant_id, now=now)
        broken = unseen(session, who.tenant_id) if who.may("support.grant") else []
    by = opened_by(session, current_user.session)
    there = [
        one
        for one in reachable(session, current_user.person_id, now=now)
        if by is None or by.tenant_id == one.provider_id
    ]
    return {"support_here": here, "support_there": there, "broken_glass": broken}
