"""The pages of look-up tables: the list, and one table with its rows."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, make_response, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import (
    acting,
    address_with,
    db_session,
    page_of,
    render,
    require,
    see_other,
    writing_apart,
)
from kernel.ids import slugify
from runtime.inventory.lookups import store
from tenancy.audit.trail import About, note

bp = Blueprint("lookups", __name__)
Refusal = InvalidError | ConflictError


@bp.get("/t/<tenant>/look-up-tables")
@require("inventory.view")
def list_tables() -> Response:
    """Show the tables, and a form for another."""
    return _list_page()


@bp.post("/t/<tenant>/look-up-tables")
@require("inventory.edit")
def create_table() -> Response:
    """Make a table."""
    where, form = (db_session(), acting().tenant_id), request.form
    columns = form.get("columns", "").replace("\n", ",").split(",")
    try:
        made = store.create_table(*where, name=form.get("name", ""), columns=columns)
    except (InvalidError, ConflictError) as error:
        return _list_page(error=error, status=422)
    flash(f"{made.name} is ready: fill it below.", "success")
    return see_other(url_for("lookups.show_table", table_id=made.id))


@bp.get("/t/<tenant>/look-up-tables/<uuid:table_id>")
@require("inventory.view")
def show_table(table_id: UUID) -> Response:
    """Show a table's rows."""
    return _table_page(table_id)


@bp.post("/t/<tenant>/look-up-tables/<uuid:table_id>/rows")
@require("inventory.edit")
def save_row(table_id: UUID) -> Response:
    """Add a row, or change the one that the form names."""
    where, form = (db_session(), acting().tenant_id), request.form
    table = store.get_table(*where, table_id)
    values = {name: form.get(f"cell-{at}", "") for at, name in enumerate(table.columns)}
    row_id = form.get("row", type=UUID)
    try:
        store.save_row(*where, table_id, key=form.get("key", ""), values=values, row_id=row_id)
    except (InvalidError, ConflictError) as error:
        return _table_page(table_id, error=error, status=422)
    flash("Saved.", "success")
    return see_other(address_with(url_for("lookups.show_table", table_id=table_id)))


@bp.post("/t/<tenant>/look-up-tables/<uuid:table_id>/rows/<uuid:row_id>/delete")
@require("inventory.edit")
def delete_row(table_id: UUID, row_id: UUID) -> Response:
    """Remove a row."""
    store.delete_row(db_session(), acting().tenant_id, table_id, row_id)
    flash("The row is removed.", "success")
    return see_other(url_for("lookups.show_table", table_id=table_id))


@bp.post("/t/<tenant>/look-up-tables/<uuid:table_id>/import")
@require("inventory.edit")
def import_csv(table_id: UUID) -> Response:
    """Replace the table by a CSV file."""
    sent = request.files.get("file")
    content = sent.read() if sent is not None else b""
    try:
        count = store.import_csv(db_session(), acting().tenant_id, table_id, content)
    except InvalidError as error:
        return _table_page(table_id, error=error, status=422)
    flash(f"The table has {count} rows now, those of the file.", "success")
    return see_other(url_for("lookups.show_table", table_id=table_id))


@bp.get("/t/<tenant>/look-up-tables/<uuid:table_id>/export")
@require("inventory.view")
def export_csv(table_id: UUID) -> Response:
    """Give the table as CSV."""
    where = (db_session(), acting().tenant_id)
    table = store.get_table(*where, table_id)
    name, about = slugify(table.name), About(kind="look_up_table", id=table_id, name=table.name)
    with writing_apart() as session:
        note(session, acting().tenant_id, "look_up_table.exported", now=utc_now(), about=about)
    response = make_response(store.export_csv(*where, table_id))
    response.content_type = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@bp.post("/t/<tenant>/look-up-tables/<uuid:table_id>/delete")
@require("inventory.edit")
def delete_table(table_id: UUID) -> Response:
    """Remove a table."""
    try:
        gone = store.delete_table(db_session(), acting().tenant_id, table_id)
    except store.TableInUseError as error:
        return _table_page(table_id, error=error, status=409)
    flash(f"{gone.name} is removed.", "success")
    return see_other(url_for("lookups.list_tables"))


def _list_page(*, error: Refusal | None = None, status: int = 200) -> Response:
    return render(
        "runtime/inventory/tables/list.html",
        status=status,
        tables=store.list_tables(db_session(), acting().tenant_id),
        form=request.form,
        refused=error,
        problems=getattr(error, "problems", ()),
    )


def _table_page(table_id: UUID, *, error: Refusal | None = None, status: int = 200) -> Response:
    where, q = (db_session(), acting().tenant_id), request.args.get("q", "").strip()
    rows, more = page_of(
        lambda limit, after: store.list_rows(*where, table_id, q=q, limit=limit, after=after),
        store.place_of,
        parts=1,
    )
    return render(
        "runtime/inventory/tables/show.html",
        status=status,
        table=store.get_table(*where, table_id),
        rows=rows,
        q=q,
        edited=request.args.get("row", type=UUID),
        form=request.form,
        refused=error,
        problems=getattr(error, "problems", ()),
        next_url=address_with(cursor=more) if more else None,
    )
