"""Links that hold a key, and the sessions they begin.

The address of such a link is never that of a page: the key goes into a cookie that only the page
behind it is sent, and the browser is led on. So the key stands in no history, no `Referer`, and
no log of a proxy for longer than one request, and a sign-in on the way does not lose it.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import current_app, redirect, request, session, url_for
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.http import db_session
from tenancy import people
from tenancy.brand.store import home_of
from tenancy.brand.views import current_brand
from tenancy.sign_ins import entering
from tenancy.sign_ins.views import hold, origin, parts

_KEY = re.compile(r"[A-Za-z0-9_-]{20,100}")
_COOKIE_S = 3600


def hold_key(page: str, key: str) -> Response:
    """Put a key away for the page at `/<page>`, and lead there."""
    response = redirect(f"/{page}", code=303)
    if _KEY.fullmatch(key):
        response.set_cookie(
            _name(page),
            key,
            max_age=_COOKIE_S,
            path=f"/{page}",
            secure=current_app.extensions["garland.is_https"],
            httponly=True,
            samesite="Lax",
        )
    return response


def link_to(path: str) -> str:
    """Give the whole address of a link that is shown to be handed over, by the brand's host."""
    return home_of(current_brand(), url_for("home.index", _external=True)) + path


def held_key(page: str) -> str:
    """Give the key that was put away for this page; "" where none was."""
    return request.cookies.get(_name(page), "")


def let_go(page: str, response: Response) -> Response:
    """Forget the key: it was used."""
    response.delete_cookie(_name(page), path=f"/{page}")
    return response


def signed_in_id() -> UUID | None:
    """Give who is signed in, in whichever organisation; None where nobody is."""
    return current_user.person_id if current_user.is_authenticated else None


def begin_session(person_id: UUID) -> None:
    """Sign somebody in who proved who they are; nothing of before survives it."""
    person = people.find_active_person(db_session(), person_id)
    if person is None:
        raise NotFoundError("no such person")
    facts: dict[str, Any] = {"origin": origin(), "lifetimes": parts().lifetimes, "now": utc_now()}
    hold(entering.enter(db_session(), person, how="link", **facts))


def end_session() -> None:
    """Sign whoever is signed in out of this browser."""
    if current_user.is_authenticated:
        person = people.find_active_person(db_session(), current_user.person_id)
        if person is not None:
            entering.leave(db_session(), person, current_user.session.id, now=utc_now())
    logout_user()
    session.clear()


def _name(page: str) -> str:
    return f"{page.replace('-', '_')}_key"
