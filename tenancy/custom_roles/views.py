"""The pages of roles: the built-in ones, and an organisation's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, render, require, see_other
from tenancy.custom_roles import store
from tenancy.custom_roles.rules import bases_in, implied_by
from tenancy.roles import PERMISSIONS, ROLES_OF_KIND, grouped, permissions_of, possible_in

bp = Blueprint("custom_roles", __name__)

EDIT = "roles.edit"


@bp.get("/t/<tenant>/roles")
@require(EDIT)
def list_roles() -> Response:
    """Show which roles there are, and who has the organisation's own."""
    return _list_page()


@bp.get("/t/<tenant>/roles/new")
@require(EDIT)
def new_role() -> Response:
    """Show the form of a new role, filled in from a built-in one."""
    bases = [one.value for one in bases_in(acting().tenant_kind)]
    base = request.args.get("based_on", "")
    base = base if base in bases else bases[0]
    chosen = permissions_of(base) & acting().permissions
    return _form_page(None, store.Wanted(name="", based_on=base, permissions=tuple(chosen)))


@bp.post("/t/<tenant>/roles/new")
@require(EDIT)
def create_role() -> Response:
    """Make a role."""
    wanted = _wanted()
    try:
        store.create_role(db_session(), acting(), wanted, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _form_page(None, wanted, error)
    flash("The role is made: give it to members and tokens.", "good")
    return see_other(url_for("custom_roles.list_roles"))


@bp.get("/t/<tenant>/roles/<uuid:role_id>")
@require(EDIT)
def show_role(role_id: UUID) -> Response:
    """Show a role to change, with whom a change touches."""
    found = store.get_role(db_session(), acting().tenant_id, role_id)
    wanted = store.Wanted(
        name=found.name, based_on=found.based_on, permissions=tuple(found.permissions)
    )
    return _form_page(found, wanted)


@bp.post("/t/<tenant>/roles/<uuid:role_id>")
@require(EDIT)
def change_role(role_id: UUID) -> Response:
    """Change a role for everybody who has it."""
    wanted = _wanted()
    try:
        store.change_role(db_session(), acting(), role_id, wanted, now=utc_now())
    except InvalidError as error:
        found = store.get_role(db_session(), acting().tenant_id, role_id)
        return _form_page(found, wanted, error)
    flash("The role is changed, for everybody who has it.", "good")
    return see_other(url_for("custom_roles.list_roles"))


@bp.post("/t/<tenant>/roles/<uuid:role_id>/delete")
@require(EDIT)
def delete_role(role_id: UUID) -> Response:
    """Delete a role that nobody has."""
    try:
        store.delete_role(db_session(), acting(), role_id, now=utc_now())
    except ConflictError as error:
        return _list_page(error)
    flash("The role is deleted.", "good")
    return see_other(url_for("custom_roles.list_roles"))


def _wanted() -> store.Wanted:
    form = request.form
    return store.Wanted(
        name=form.get("name", ""),
        based_on=form.get("based_on", ""),
        permissions=tuple(form.getlist("permission")),
    )


def _list_page(error: ConflictError | None = None) -> Response:
    kind = acting().tenant_kind
    possible = possible_in(kind)
    return render(
        "tenancy/roles/list.html",
        status=error.status if error else 200,
        failure=error.message if error else None,
        own=store.list_roles(db_session(), acting().tenant_id),
        built_in=[(one.value, len(permissions_of(one) & possible)) for one in ROLES_OF_KIND[kind]],
        bases=[one.value for one in bases_in(kind)],
        of=len(possible),
    )


def _form_page(
    found: store.OwnRole | None,
    wanted: store.Wanted,
    error: InvalidError | ConflictError | None = None,
) -> Response:
    problems: dict[str, Any] = {}
    if isinstance(error, InvalidError):
        problems = {one.pointer.lstrip("/"): one.message for one in error.problems}
    possible = possible_in(acting().tenant_kind)
    return render(
        "tenancy/roles/form.html",
        status=error.status if error else 200,
        failure=error.message if error and not problems else None,
        problems=problems,
        found=found,
        wanted=wanted,
        bases=[one.value for one in bases_in(acting().tenant_kind)],
        groups=grouped(possible),
        words=PERMISSIONS,
        implied={one: [PERMISSIONS[other] for other in implied_by(one)] for one in possible},
        mine=acting().permissions,
    )
