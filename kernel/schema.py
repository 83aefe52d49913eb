"""JSON Schema 2020-12: does a document fit, and if not, which field and what to do.

With `_containment`, the only module that knows the validating libraries. jsonschema-rs does all
run-time work (1.5 µs for a 1 KB document); it runs offline, so a `$ref` to the network is refused,
never fetched.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jsonschema_rs

from kernel import _containment
from kernel._containment import is_covered
from kernel.errors import InvalidError, Problem
from kernel.json_text import kept_text

SOME_LETTER = r"\S"
"""The pattern of a text that is not blank."""
PROBLEMS_MAX = 50
PATTERN_SIZE_LIMIT = 1 << 20
COVERS_AT_ONCE_BYTES = 8 * 1024
"""Of a pair of schemas: whatever a smaller one says, it is decided in less than a second."""
COVERS_WITHIN_S = 2.0
"""For a larger pair; it is decided in a process that is ended then."""
_HALF = re.compile("[\ud800-\udfff]")


def pointer_to(path: Iterable[str | int]) -> str:
    """Write a path as a JSON Pointer (RFC 6901).

    >>> pointer_to(["steps", "a/b", 0])
    '/steps/a~1b/0'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def path_of(pointer: str) -> list[str]:
    """Read a JSON Pointer back into its parts, all text.

    >>> path_of("/steps/a~1b/0")
    ['steps', 'a/b', '0']
    """
    parts = pointer.split("/")[1:] if pointer else []
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


class Schema:
    """One compiled schema; make it once, use it often."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        problems = check_schema(document)
        if problems:
            raise InvalidError("not a JSON Schema", problems=problems)
        self.document = document
        self._validator = jsonschema_rs.Draft202012Validator(
            dict(document),
            offline=True,
            validate_formats=True,
            ignore_unknown_formats=True,
            pattern_options=jsonschema_rs.RegexOptions(size_limit=PATTERN_SIZE_LIMIT),
        )

    def accepts(self, instance: Any) -> bool:
        """Tell whether the instance fits; one that nobody can read fits nothing."""
        try:
            return self._validator.is_valid(instance)
        except ValueError:  # half a character, or nested without end
            return False

    def problems(self, instance: Any) -> list[Problem]:
        """List what does not fit, at most 50 problems, in the document's order."""
        found: list[Problem] = []
        try:
            for error in self._validator.iter_errors(instance):
                found.extend(_problems_of(error))
                if len(found) >= PROBLEMS_MAX:
                    break
        except ValueError:
            deep = Problem("", "the document is nested too deep: flatten it")
            return [half_character_in(instance) or deep]
        told = dict.fromkeys(found)  # an empty text breaks more than one rule, and is said once
        return sorted([*told][:PROBLEMS_MAX], key=lambda problem: problem.pointer)

    def require(self, instance: Any, message: str) -> None:
        """Raise InvalidError with the problems unless the instance fits."""
        if not self.accepts(instance):
            raise InvalidError(message, problems=self.problems(instance))


def half_character_in(instance: Any) -> Problem | None:
    """Find the first text that no UTF-8 can hold; the validating library passes over most."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), instance)]
    for path, one in waiting:
        if isinstance(one, Mapping):
            waiting += [(path, name) for name in one]
            waiting += [((*path, name), value) for name, value in one.items()]
        elif isinstance(one, list):
            waiting += [((*path, index), value) for index, value in enumerate(one)]
        elif isinstance(one, str) and _HALF.search(one):
            field = str(path[-1]) if path else "the document"
            pointer, field = (kept_text(text) for text in (pointer_to(path), field))
            told = f"{field} holds half a character (a lone surrogate): remove it"
            return Problem(pointer, told)
    return None


def check_schema(document: Any) -> list[Problem]:
    """List what keeps a document from being a JSON Schema 2020-12 that needs no network."""
    if not isinstance(document, Mapping):
        return [Problem("", 'a schema is a JSON object, such as {"type": "string"}')]
    try:
        jsonschema_rs.meta.validate(dict(document))
        jsonschema_rs.Draft202012Validator(dict(document), offline=True)
    except jsonschema_rs.ValidationError as error:
        where = pointer_to(error.instance_path)
        return [Problem(where, f"{where or 'the schema'}: {error.message}")]
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        return [Problem("", f"the schema cannot be used: {error}")]
    return []


def _problems_of(error: jsonschema_rs.ValidationError) -> list[Problem]:
    path = list(error.instance_path)
    if error.kind.name == "additionalProperties":
        return [
            Problem(pointer_to([*path, name]), f"{name} is not a field here: remove it")
            for name in error.kind.as_dict()["unexpected"]
        ]
    if error.kind.name == "required":
        name = error.kind.as_dict()["property"]
        return [Problem(pointer_to([*path, name]), f"{name} is missing: give it a value")]
    field = str(path[-1]) if path else "the document"
    sentence = _SENTENCES.get(error.kind.name)
    facts = error.kind.as_dict()
    text = sentence(facts) if sentence else _shorten(error.message)
    return [Problem(pointer_to(path), f"{field} {text}")]


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _one_of(facts: Mapping[str, Any]) -> str:
    options = facts["options"]
    listed = json.loads(options) if isinstance(options, str) else options
    return "must be one of " + _shorten(", ".join(json.dumps(option) for option in listed))


_TYPE_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object with fields",
    "null": "empty (null)",
}


def _type(facts: Mapping[str, Any]) -> str:
    return "must be " + " or ".join(_TYPE_WORDS.get(kind, str(kind)) for kind in facts["types"])


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "type": _type,
    "enum": _one_of,
    "const": lambda facts: f"must be {json.dumps(facts['expected_value'])}",
    "minimum": lambda facts: f"must be at least {facts['limit']}",
    "maximum": lambda facts: f"must be at most {facts['limit']}",
    "exclusiveMinimum": lambda facts: f"must be more than {facts['limit']}",
    "exclusiveMaximum": lambda facts: f"must be less than {facts['limit']}",
    "minLength": lambda facts: (
        "must not be empty"
        if facts["limit"] == 1
        else f"needs at least {facts['limit']} characters"
    ),
    "maxLength": lambda facts: f"may have at most {facts['limit']} characters: shorten it",
    "minItems": lambda facts: f"needs at least {facts['limit']} entries",
    "maxItems": lambda facts: f"may have at most {facts['limit']} entries",
    "minProperties": lambda facts: f"needs at least {facts['limit']} fields",
    "maxProperties": lambda facts: f"may have at most {facts['limit']} fields",
    "pattern": lambda facts: (
        "must not be empty"
        if facts["pattern"] == SOME_LETTER
        else f"does not have the form {facts['pattern']}"
    ),
    "format": lambda facts: f"is not a valid {facts['format']}",
    "uniqueItems": lambda _: "holds the same entry twice: remove one",
    "multipleOf": lambda facts: f"must be a multiple of {facts['multiple_of']}",
    "oneOf": lambda _: "must fit exactly one of the allowed forms",
    "anyOf": lambda _: "fits none of the allowed forms",
}


def covers(wider: Mapping[str, Any], narrower: Mapping[str, Any]) -> bool:
    """Tell whether every document that fits `narrower` fits `wider` for sure.

    What cannot be decided, or not in time, is False. Titles, defaults and the like change nothing.
    """
    text = json.dumps([wider, narrower])
    if len(text) <= COVERS_AT_ONCE_BYTES:
        return is_covered(wider, narrower)
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", _containment.__file__],
            input=text.encode(),
            capture_output=True,
            timeout=COVERS_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.stdout == b"yes"
