"""The page on which a tenant decides how its alarms live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import acting, db_session, render, require, see_other
from runtime.alarms.policy.form import form_of, policy_from_form
from runtime.alarms.policy.keeping import count_old_alarms
from runtime.alarms.policy.model import DEFAULT, parse_policy
from runtime.alarms.policy.store import change_policy, policy_of

bp = Blueprint("alarm_policy", __name__)


@bp.get("/t/<tenant>/alarms/policy")
@require("alarms.view")
def show_policy() -> Response:
    """Show how alarms live."""
    return _page(form_of(policy_of(db_session(), acting().tenant_id)))


@bp.post("/t/<tenant>/alarms/policy")
@require("alarms.policy")
def save_policy() -> Response:
    """Decide how alarms live; asks first where that deletes some."""
    where, now = (db_session(), acting().tenant_id), utc_now()
    try:
        changes = policy_from_form(request.form)
        before = policy_of(*where)
        wanted = parse_policy({**before.document(), **changes})
        doomed = count_old_alarms(*where, wanted, now=now)
        doomed -= count_old_alarms(*where, before, now=now)
        if doomed > 0 and request.form.get("confirmed") != "yes":
            return _page(request.form, doomed=doomed)
        change_policy(*where, changes, by=acting().person_name, now=now)
    except InvalidError as error:
        wrong = {one.pointer.split("/")[1]: one.message for one in error.problems if one.pointer}
        return _page(request.form, wrong=wrong, status=422)
    flash("Alarms live as you said.", "good")
    return see_other(url_for("alarm_policy.show_policy"))


def _page(
    said: Mapping[str, Any],
    *,
    wrong: Mapping[str, str] | None = None,
    doomed: int = 0,
    status: int = 200,
) -> Response:
    return render(
        "runtime/alarms/policy.html",
        status=status,
        said=said,
        wrong=wrong or {},
        doomed=doomed,
        usual=form_of(DEFAULT),
    )
