"""The pages of a catalogue's rules: all that one changes is shown before it holds."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import acting, db_session, only_reads, render, require, see_other
from marketplace.catalogue import curating, foreseeing, store
from marketplace.catalogue._tables import PartKind
from marketplace.catalogue.foreseeing import Foreseen
from marketplace.catalogue.reading import read_rule
from marketplace.catalogue.rules.form import (
    HELP,
    KINDS,
    LEVELS,
    PERMISSIONS,
    Sent,
    in_words,
    read_sent,
    require_values,
    sent_of,
)

bp = Blueprint("catalogue_rules", __name__, url_prefix="/t/<tenant>/marketplace/catalogue")


@bp.get("/rules")
@require("catalogue.view")
def list_rules() -> Response:
    """Show the rules, in words, and those that were removed of late."""
    session, who = db_session(), acting()
    kept = store.list_parts(session, who, PartKind.RULE)
    gone = store.removed_parts(session, who, PartKind.RULE, now=utc_now())
    return render(
        "marketplace/catalogue/rules.html",
        rules=[(one, in_words(read_rule(one.key, one.document))) for one in kept],
        removed=[(one, in_words(read_rule(one.key, one.document))) for one in gone],
        glance=store.glance_of(session, who),
    )


@bp.get("/new-rule")
@require("catalogue.edit")
def new_rule() -> Response:
    """Show the form of a rule."""
    store.require_curator(acting())
    return _page(Sent())


@bp.get("/rules/<part_key>")
@require("catalogue.view")
def show_rule(part_key: str) -> Response:
    """Show one rule, to change it."""
    kept = store.get_part(db_session(), acting(), PartKind.RULE, part_key)
    return _page(sent_of(read_rule(part_key, kept.document)))


@bp.post("/new-rule")
@require("catalogue.edit")
@only_reads
def look() -> Response:
    """Show what a rule would take away or let in; nothing is kept."""
    return _look(read_sent(request.form))


@bp.post("/rules")
@require("catalogue.edit")
def set_rule() -> Response:
    """Keep a rule that was looked at as it is; another is looked at first."""
    sent = read_sent(request.form)
    if request.form.get("looked") != sent.looked_at():
        return _look(sent)
    try:
        _require_free(sent)
        curating.set_rule(db_session(), acting(), sent.name, sent.document(), now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _page(sent, status=error.status, refused=error)
    flash(f"The rule {sent.name} holds from now on.", "success")
    return see_other(url_for("catalogue_rules.list_rules"))


@bp.get("/rules/<part_key>/remove")
@require("catalogue.edit")
def ask_removal(part_key: str) -> Response:
    """Show what removing a rule would change, and ask."""
    session, who = db_session(), acting()
    kept = store.get_part(session, who, PartKind.RULE, part_key)
    then = foreseeing.without_rule(foreseeing.overlay_now(session, who), part_key)
    return render(
        "marketplace/catalogue/rule_remove.html",
        rule=kept,
        words=in_words(read_rule(part_key, kept.document)),
        foreseen=foreseeing.foresee(session, who, then, now=utc_now()),
    )


@bp.post("/rules/<part_key>/remove")
@require("catalogue.edit")
def remove_rule(part_key: str) -> Response:
    """Remove a rule; it can be brought back for a while."""
    curating.remove_rule(db_session(), acting(), part_key, now=utc_now())
    flash(f"The rule {part_key} is removed. It can be brought back below.", "success")
    return see_other(url_for("catalogue_rules.list_rules"))


@bp.post("/rules/<part_key>/bring-back")
@require("catalogue.edit")
def bring_back(part_key: str) -> Response:
    """Let a rule hold again that was removed of late."""
    session, who = db_session(), acting()
    gone = store.get_removed(session, who, PartKind.RULE, part_key)
    curating.set_rule(session, who, part_key, gone.document, now=utc_now())
    flash(f"The rule {part_key} holds again.", "success")
    return see_other(url_for("catalogue_rules.list_rules"))


def _look(sent: Sent) -> Response:
    session, who = db_session(), acting()
    try:
        _require_free(sent)
        require_values(sent)
        rule = curating.checked_rule(sent.name, sent.document())
    except (ConflictError, InvalidError) as error:
        return _page(sent, status=error.status, refused=error)
    then = foreseeing.with_rule(foreseeing.overlay_now(session, who), rule)
    found = foreseeing.foresee(session, who, then, now=utc_now())
    return _page(sent, foreseen=found, words=in_words(rule))


def _require_free(sent: Sent) -> None:
    """Refuse a new rule in the place of another, and a change to one that is gone."""
    there = store.find_part(db_session(), acting(), PartKind.RULE, sent.name)
    if there is not None and not sent.was:
        raise ConflictError(f"there is a rule {sent.name} already: change that, or name this one")
    if there is None and sent.was:
        raise ConflictError(f"the rule {sent.was} was removed meanwhile: add it as a new one")


def _page(
    sent: Sent,
    *,
    status: int = 200,
    refused: GarlandError | None = None,
    foreseen: Foreseen | None = None,
    words: str = "",
) -> Response:
    problems = refused.problems if isinstance(refused, InvalidError) else ()
    return render(
        "marketplace/catalogue/rule.html",
        status=status,
        sent=sent,
        refused=refused,
        problems={one.pointer: one.message for one in reversed(problems)},
        foreseen=foreseen,
        words=words,
        kinds=KINDS,
        help=HELP,
        permissions=PERMISSIONS,
        levels=LEVELS,
    )
