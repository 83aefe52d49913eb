"""What the forms of customers say: read from a request's words, checked where nobody else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from garland.customers.overview import Asked
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, Problem
from kernel.numbers import whole_number
from tenancy.customers.adding import Wanted
from tenancy.customers.charge import NOT_THERE, CustomerFilter
from tenancy.life_cycle.changing import Wish
from tenancy.life_cycle.states import TRIAL_DAYS_MAX, State

PAGES_MAX = 10_000
_NONE = ("", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a form was refused: beside fields by their name, or above all of it."""

    status: int
    beside: Mapping[str, str] = field(default_factory=dict)
    above: str = ""


def refused(error: InvalidError | ConflictError | ForbiddenError | ValueError) -> Refused:
    """Split a refusal into what stands beside fields and what stands above the form."""
    if isinstance(error, ConflictError) and "slug" in error.detail:
        return Refused(status=error.status, beside={"slug": error.message})
    if isinstance(error, (ConflictError, ForbiddenError)):
        return Refused(status=error.status, above=error.message)
    if not isinstance(error, InvalidError):
        return Refused(status=422, beside={"parent": "parent: choose one of the list"})
    beside = {one.pointer.lstrip("/"): one.message for one in error.problems}
    return Refused(status=error.status, beside=beside, above="" if beside else error.message)


def asked_of(args: Mapping[str, str]) -> Asked:
    """Read what of the list is asked for."""
    return Asked(
        wanted=CustomerFilter(
            q=args.get("q", ""), state=args.get("state", ""), kind=args.get("kind", "")
        ),
        health=args.get("health", ""),
        sort=args.get("sort") or "name",
        page=whole_number(args.get("page", ""), most=PAGES_MAX) or 1,
    )


def wanted_of(form: Mapping[str, str]) -> Wanted:
    """Read what is to be added; raises InvalidError, or NotFoundError for no parent."""
    parent = form.get("parent", "")
    return Wanted(
        name=form.get("name", ""),
        kind=form.get("kind", ""),
        slug=form.get("slug", "").strip(),
        parent_id=id_of(parent) if parent else None,
        admin_email=form.get("admin_email", "").strip(),
        trial_days=_days(form.get("trial_days", ""), "trial_days"),
        plan_id=id_of(form["plan"]) if form.get("plan") else None,
        template_id=id_of(form["template"]) if form.get("template", "none") not in _NONE else None,
        is_bare=form.get("template") == "none",
    )


def wish_of(form: Mapping[str, str]) -> Wish:
    """Read which state is wished for, and why."""
    words = {one.value: one for one in State}
    to = words.get(form.get("to", ""))
    if to is None:
        message = "to: choose one of " + ", ".join(words)
        raise InvalidError(message, problems=[Problem("/to", message)])
    days = _days(form["days"], "days") if to is State.TRIAL and form.get("days") else None
    return Wish(to=to, reason=form.get("reason", ""), days=days)


def _days(text: str, name: str) -> int:
    number = whole_number(text.strip() or "0", most=TRIAL_DAYS_MAX)
    if number is None:
        message = f"{name}: write a whole number of days, 0 to {TRIAL_DAYS_MAX}"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return number


def id_of(text: str) -> UUID:
    """Read an id; what is none is told apart from nothing that is not there."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError(NOT_THERE) from None
