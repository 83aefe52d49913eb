"""The lifecycle policy as a form shows it: numbers as text, escalation as a line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.numbers import whole_number
from runtime.alarms.policy.model import LifecyclePolicy

NUMBERS = (
    "reopen_within_s",
    "hold_clears_s",
    "ttl_s",
    "acknowledged_kept_days",
    "cleared_kept_days",
)


def form_of(policy: LifecyclePolicy) -> dict[str, str]:
    """Write a policy as its form's fields."""
    return {
        **{name: str(getattr(policy, name)) for name in NUMBERS},
        "worse_unacknowledges": "true" if policy.worse_unacknowledges else "",
        "escalate_after_min": ", ".join(map(str, policy.escalate_after_min)),
    }


def policy_from_form(form: Mapping[str, str]) -> dict[str, Any]:
    """Read the form into a policy document; ranges are checked where it is kept.

    Raises:
        InvalidError: naming what is no whole number.

    >>> policy_from_form({"ttl_s": "600", "escalate_after_min": "10, 30"})["escalate_after_min"]
    [10, 30]
    """
    problems: list[Problem] = []
    document: dict[str, Any] = {"worse_unacknowledges": form.get("worse_unacknowledges") == "true"}
    for name in NUMBERS:
        if name in form:
            document[name] = _whole(name, form[name], problems)
    words = form.get("escalate_after_min", "").replace(",", " ").split()
    document["escalate_after_min"] = [_whole("escalate_after_min", one, problems) for one in words]
    if problems:
        raise InvalidError("the lifecycle cannot be kept so", problems=problems)
    return document


def _whole(name: str, text: str, problems: list[Problem]) -> int:
    said = whole_number(text.strip())
    if said is None:
        problems.append(Problem(f"/{name}", f"{name}: write a whole number"))
    return said or 0
