"""Addresses that were pasted: one a line, or comma-separated with a role. Pure.

Lines are read as spreadsheets and mail programs write them: `anna@example.com`,
`anna@example.com,designer`, `"Anna Berg" <anna@example.com>; viewer`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LINES_MAX = 200
_SEPARATOR = re.compile(r"\s*[,;\t]\s*")
_IN_BRACKETS = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One address that is wanted, and where it stood; `number` counts from 1."""

    number: int
    email: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one line, or with all of them (number 0)."""

    number: int
    text: str
    message: str


def read_lines(
    text: str, *, role: str, roles: Sequence[str], is_address: Callable[[str], bool]
) -> tuple[list[Line], list[Fault]]:
    r"""Read what was pasted; empty lines and a heading `email,role` are passed by.

    Args:
        text: What was pasted, at most `LINES_MAX` lines that say something.
        role: For lines that name none.
        roles: Those that can be given.
        is_address: Tells whether a text is an e-mail address.

    Returns:
        The lines that are right, and what is wrong with the others.

    >>> lines, faults = read_lines(
    ...     "email,role\na@b.example\nc@b.example, admin\nnobody\nA@b.example",
    ...     role="viewer", roles=["viewer", "admin"], is_address=lambda one: "@" in one)
    >>> [(one.email, one.role) for one in lines]
    [('a@b.example', 'viewer'), ('c@b.example', 'admin')]
    >>> [(one.number, one.message) for one in faults]
    [(4, 'is no e-mail address'), (5, 'is there already, in line 2')]
    """
    said = [(at, one.strip()) for at, one in enumerate(text.splitlines(), 1) if one.strip()]
    said = [(at, one) for at, one in said if not (at == said[0][0] and _is_heading(one))]
    if not said:
        return [], [Fault(number=0, text="", message="paste at least one e-mail address")]
    if len(said) > LINES_MAX:
        message = f"{len(said)} lines are too many: paste at most {LINES_MAX} at a time"
        return [], [Fault(number=0, text="", message=message)]
    lines: list[Line] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, one in said:
        email, wanted = _parts(one)
        message = _fault(email, wanted or role, roles, is_address)
        if not message and email in seen:
            message = f"is there already, in line {seen[email]}"
        seen.setdefault(email, number)
        if message:
            faults.append(Fault(number=number, text=one[:100], message=message))
        else:
            lines.append(Line(number=number, email=email, role=wanted or role))
    return lines, faults


def _is_heading(line: str) -> bool:
    first = _SEPARATOR.split(line)[0].strip('"').lower()
    return first in ("email", "e-mail", "e-mail address", "email address", "address")


def _parts(line: str) -> tuple[str, str]:
    """Give the address and the role, "" where none is named."""
    bracketed = _IN_BRACKETS.search(line)
    if bracketed is not None:
        rest = line[bracketed.end() :].strip(" ,;\t")
        return bracketed[1].strip().lower(), rest.lower()
    email, _, role = _SEPARATOR.sub(",", line, count=1).partition(",")
    return email.strip(' "').lower(), role.strip(' ",;\t').lower()


def _fault(email: str, role: str, roles: Sequence[str], is_address: Callable[[str], bool]) -> str:
    if not is_address(email):
        return "is no e-mail address"
    if role not in roles:
        return f"names a role that is not given here: choose one of {', '.join(roles)}"
    return ""
