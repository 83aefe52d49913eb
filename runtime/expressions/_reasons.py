"""The CEL library's messages in the words of the person who wrote the expression."""

from __future__ import annotations

import re
from collections.abc import Callable

REASON_MAX = 300

_PLACE = re.compile(r"<input>:(\d+):(\d+): (.*)")
_STATUS = re.compile(r"^[A-Z_]+: ")
_CONTAINER = re.compile(r" \(in container.*$")
_TYPES = {
    "string": "text",
    "int64": "a whole number",
    "int": "a whole number",
    "uint64": "a whole number",
    "double": "a number",
    "bool": "true or false",
    "null_type": "nothing (null)",
    "null": "nothing (null)",
    "map": "an object",
    "list": "a list",
    "timestamp": "an instant",
    "duration": "a duration",
}

_FIELDS = "fields begin with trigger, steps, run, vars or item"


def explain(text: str) -> str:
    """Say what is wrong and what to do, with line and column where the library knows them.

    >>> explain('NOT_FOUND: Key not found in map : "site"')[:24]
    "there is no 'site' here:"
    """
    place = _PLACE.search(text)
    if place is None:
        return _reword(_STATUS.sub("", text).partition("\n")[0])
    line, column, reason = place.groups()
    return f"line {line}, column {column}: {_reword(_CONTAINER.sub('', reason))}"


def _reword(reason: str) -> str:
    for pattern, sentence in _SENTENCES:
        match = pattern.search(reason)
        if match is not None:
            return sentence(match)
    return reason.replace("Syntax error: ", "")[:REASON_MAX] or "the expression gives no value"


def _missing(match: re.Match[str]) -> str:
    name = match[1]
    return (
        f"there is no {name!r} here: check the name, or allow for its absence with "
        f"has(….{name}) or ….?{name}.orValue('')"
    )


def _undeclared(match: re.Match[str]) -> str:
    name = match[1]
    return f"{name!r} is not known: put text in quotes ('{name}'); {_FIELDS}"


def _overload(match: re.Match[str]) -> str:
    operator = match[1].replace("@", "").replace("_?_:_", "? :").strip("_")
    kinds = [re.sub(r"[(<].*", "", one).strip() for one in match[2].split(",")]
    words = " and ".join(_TYPES.get(kind, kind) for kind in kinds)
    return (
        f"{operator} does not work on {words}: convert one with string(…), int(…) or double(…), "
        "or compare with a value of the same kind"
    )


def _unexpected(match: re.Match[str]) -> str:
    word = match[1]
    hint = {"and": "write && for and", "or": "write || for or", "not": "write ! for not"}
    advice = hint.get(word.lower(), "look for a missing quote, bracket or operator before it")
    return f"{word!r} is not understood here: {advice}"


def _always(sentence: str) -> Callable[[re.Match[str]], str]:
    return lambda _match: sentence


_SENTENCES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r'Key not found in map : "(.*)"'), _missing),
    (re.compile(r"undeclared reference to '(.*)'"), _undeclared),
    (re.compile(r"No matching overloads found : (\S+?)\((.*)\)"), _overload),
    (re.compile(r"no matching overload for '(.*)' applied to '\((.*)\)'"), _overload),
    (
        re.compile(r"No matching overloads found : (?:!_|_&&_|_\|\|_)"),
        _always("&&, || and ! work on true and false: compare the value, such as == 'gold'"),
    ),
    (
        re.compile(r"token recognition error at: '= '|token recognition error at: '='"),
        _always("= is not understood here: write == to compare"),
    ),
    (
        re.compile(r"token recognition error at: '[\"']"),
        _always("the text has no closing quote: add it"),
    ),
    (
        re.compile(r"'<EOF>'"),
        _always("the expression ends too early: complete it, and close every bracket"),
    ),
    (re.compile(r"(?:mismatched|extraneous) input '(.+?)' expecting"), _unexpected),
    (re.compile(r"no viable alternative at input '(.+?)\s*'"), _unexpected),
    (
        re.compile(r"Index error: index=(\S+) size=(\d+)"),
        lambda match: (
            f"the list has {match[2]} entries and none at {match[1]} (the first is 0): "
            "check its size() first"
        ),
    ),
    (
        re.compile(r"SELECT to non-message|cannot be the operand of a select|container type"),
        _always("a field is read from a value that has no fields: check what stands before it"),
    ),
    (re.compile(r"divide by zero|modulus by zero"), _always("a division by zero: check it first")),
    (
        re.compile(r"[Ii]teration budget"),
        _always("it goes through too many entries: shorten the list first, in a step before"),
    ),
    (
        re.compile(r"cannot convert string to (\w+)|String to (\w+) conversion failed"),
        lambda match: f"the text cannot be read as {(match[1] or match[2]).lower()}: check it",
    ),
    (
        re.compile(r"basic_string: construction from null"),
        _always("a text holds a broken character: clean it in the source"),
    ),
)
