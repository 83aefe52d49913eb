"""An entry in plain words: one sentence, and its details. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenancy.audit.actions import ACTIONS

NOUNS: Mapping[str, str] = {
    "approval": "the approval",
    "block": "the block",
    "connection": "the connection",
    "environment": "the environment",
    "look_up_table": "the look-up table",
    "pack": "the pack",
    "person": "the member",
    "rule": "the rule",
    "source": "the source",
    "table": "the decision table",
    "token": "the API token",
    "webhook": "the webhook of the workflow",
    "workflow": "the workflow",
}
"""What each kind of thing is called before its name; others go by their name alone."""

THINGS: Mapping[str, str] = {
    **{kind: noun.removeprefix("the ").capitalize() for kind, noun in NOUNS.items()},
    "webhook": "Webhook",
    "promotion": "Bringing from an environment",
    "publish_request": "Request to publish",
}
"""What each kind of thing is called in a list."""


def sentence_of(*, by: str, action: str, about_kind: str, about: str) -> str:
    """Say in one sentence what was done.

    >>> sentence_of(by="Ann", action="workflow.paused", about_kind="workflow", about="Links")
    'Ann paused the workflow “Links”.'
    >>> sentence_of(by="installation", action="x.done_twice", about_kind="", about="")
    'The installation: x, done twice.'
    """
    who = "The installation" if by == "installation" else by
    known = ACTIONS.get(action)
    if known is None:  # noted by another release, which knew more
        noun, _, verb = action.partition(".")
        return f"{who}: {_spaced(noun)}, {_spaced(verb)}" + (f" “{about}”." if about else ".")
    quoted = f"“{about}”" if about else "something"
    it = f"{NOUNS[about_kind]} {quoted}" if about_kind in NOUNS else quoted
    return f"{who} {known.words.format(it=it)}."


def details_of(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Write the facts of an entry by their names, those that say something.

    >>> details_of({"took_two": True, "version": 3, "note": "", "hosts": ["a", "b"]})
    [('Took two', 'yes'), ('Version', '3'), ('Hosts', 'a, b')]
    """
    return [
        (_spaced(name).capitalize(), _written(value))
        for name, value in facts.items()
        if value not in ("", None, [])
    ]


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _spaced(name: str) -> str:
    return name.replace("_", " ")
