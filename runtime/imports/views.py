"""The page that shows what a file would change, or has changed, whatever is imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import flash, url_for
from werkzeug.wrappers import Response

from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, render, see_other
from runtime.imports.staging import ImportView, get_import


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPages:
    """What tells one kind of import from another on its pages.

    Attributes:
        kind: The kind that is staged, and the entry of the menu.
        things: What is imported, in the plural.
        nothing: That the file says what is there already.
        loss: What leaves with what is gone from the file.
        start, show, after: Endpoints: where a file is chosen, this page, where one goes then.
    """

    kind: str
    things: str
    nothing: str
    loss: str
    start: str
    show: str
    after: str

    def preview(
        self, import_id: UUID, *, error: InvalidError | None = None, status: int = 200
    ) -> Response:
        """Show what an import would change, or has changed."""
        return render(
            "runtime/imports/preview.html",
            status=status,
            staged=get_import(db_session(), acting().tenant_id, import_id, kind=self.kind),
            problems=error.problems if error is not None else (),
            pages=self,
        )

    def applied(self, import_id: UUID, apply: Callable[[], ImportView]) -> Response:
        """Apply an import and go on; a refusal leaves nothing behind and is shown here."""
        try:
            done = apply()
        except ConflictError as error:
            db_session().rollback()
            flash(f"{error.message[0].upper()}{error.message[1:]}.", "notice")
            return see_other(url_for(self.show, import_id=import_id))
        except InvalidError as error:
            db_session().rollback()
            return self.preview(import_id, error=error, status=422)
        new, changed = done.counts["new"], done.counts["changed"]
        flash(f"{new} {self.things} added, {changed} changed.", "success")
        return see_other(url_for(self.after))
