"""Asks every operation of a document what the document allows, and what it does not.

Half of what fits is asked of things that are there, so that it is answered by more than *not
found*. What is deleted is asked last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
"""What an answer must keep to. Whether a request is taken is not among them: a document says the
form of what is sent, not which names are taken or which ids are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The application, the ids of what is there, and the header that an admin's program sends."""

    app: Flask
    ids: Mapping[str, str]
    token: str

    def headers(self) -> dict[str, str]:
        """Give the headers of a request that is let in."""
        return {"Authorization": self.token}


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """What is there, and what is taken.

    Attributes:
        ids: By an address as the document writes it where all of it is the id of one kind, else
            by the name of the address's part.
        taken: A body that is taken, by method and address, such as `POST /alarm`: asked first.
    """

    ids: Mapping[str, str]
    taken: Mapping[str, Any] = field(default_factory=dict)

    def known(self, address: str, parts: Mapping[str, Any] | None) -> dict[str, str]:
        """Give those parts of an address of which an id is known."""
        asked = {name: self.ids.get(address, self.ids.get(name)) for name in parts or {}}
        return {name: one for name, one in asked.items() if one is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was answered: what does not fit its document, and the statuses of each operation."""

    wrong: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, set[int]] = field(default_factory=dict)

    @property
    def never_done(self) -> set[str]:
        """Give the operations that were never answered as done, 2xx."""
        return {
            name
            for name, found in self.statuses.items()
            if not any(200 <= one < 300 for one in found)
        }


def answers_of(
    world: World,
    document: Mapping[str, Any],
    *,
    there: Things,
    headers: Mapping[str, str],
    tries: int,
) -> Answers:
    """Ask all of a document's operations.

    Args:
        world: Who is asked, and as whom.
        document: OpenAPI, or Swagger.
        there: What is there, and what is taken.
        headers: What each request sends beside what the document says.
        tries: How often each operation is asked, once with what fits and once with what does not.
    """
    load_all_checks()
    schema: Any = schemathesis.openapi.from_dict(dict(document))
    schema.app = world.app
    asking = _Asking(there=there, headers=dict(headers), tries=tries)
    operations: list[Any] = [one.ok() for one in schema.get_all_operations()]
    for operation in sorted(operations, key=lambda one: one.method.upper() == "DELETE"):
        asking.ask_surely(operation)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            asking.ask_at_random(operation, mode)
    return asking.answers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    there: Things
    headers: dict[str, str]
    tries: int
    answers: Answers = field(default_factory=Answers)

    def ask_surely(self, operation: Any) -> None:
        """Ask of what is there, with what is taken, where both are known."""
        names = [one.name for one in operation.path_parameters]
        known = self.there.known(operation.path, dict.fromkeys(names))
        label = f"{operation.method.upper()} {operation.path}"
        facts: dict[str, Any] = {}
        if label in self.there.taken:
            facts = {"body": self.there.taken[label], "media_type": "application/json"}
        elif operation.body or len(known) < len(names):
            return
        self._send(operation, operation.Case(path_parameters=known, **facts))

    def ask_at_random(self, operation: Any, mode: GenerationMode) -> None:
        """Ask what fits, or what does not; half of it of what is there."""

        @seed(1)
        @settings(
            max_examples=self.tries,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode), st.booleans())
        def ask(case: Any, is_there: bool) -> None:
            if is_there or self.tries == 1:
                known = self.there.known(operation.path, case.path_parameters)
                case.path_parameters = {**(case.path_parameters or {}), **known}
            self._send(operation, case)

        try:
            ask()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, f"{operation.label} can never be asked"

    def _send(self, operation: Any, case: Any) -> None:
        checks = CHECKS.get_by_names(list(CHECKED))
        answer = case.call(headers=self.headers)
        self.answers.statuses.setdefault(operation.label, set()).add(answer.status_code)
        try:
            case.validate_response(answer, checks=checks, headers=self.headers)
        except FailureGroup as wrong:
            said = "; ".join(f"{type(one).__name__}: {one}" for one in wrong.exceptions)
            where = f"{operation.label} {answer.status_code}"
            self.answers.wrong[where] = f"{said}: {answer.text[:300]}"
