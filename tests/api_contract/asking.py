"""Asks every operation of a document what the document allows, and what it does not.

Half of what fits is asked of things that are there, so that it is answered by more than *not
found*. What is deleted is asked last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


def violations(
    world: World,
    document: Mapping[str, Any],
    *,
    there: Mapping[str, str],
    headers: Mapping[str, str],
    tries: int,
) -> dict[str, str]:
    """Give what each operation answered that the document does not allow; nothing where all fit.

    Args:
        world: Who is asked, and as whom.
        document: OpenAPI, or Swagger.
        there: Ids of things that are there, by the name of the address's part.
        headers: What each request sends beside what the document says.
        tries: How often each operation is asked, once with what fits and once with what does not.
    """
    schema: Any = schemathesis.openapi.from_dict(dict(document))
    schema.app = world.app
    found: dict[str, str] = {}
    operations: list[Any] = [one.ok() for one in schema.get_all_operations()]
    for operation in sorted(operations, key=lambda one: one.method.upper() == "DELETE"):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            found |= _asked(operation, mode, there=there, headers=headers, tries=tries)
    return found


def _asked(
    operation: Any,
    mode: GenerationMode,
    *,
    there: Mapping[str, str],
    headers: Mapping[str, str],
    tries: int,
) -> dict[str, str]:
    load_all_checks()
    checks = CHECKS.get_by_names(list(CHECKED))
    found: dict[str, str] = {}

    @seed(1)
    @settings(
        max_examples=tries,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    def ask(case: Any, is_there: bool) -> None:
        if is_there or tries == 1:
            known = {name: there[name] for name in case.path_parameters or {} if name in there}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        answer = case.call(headers=dict(headers))
        try:
            case.validate_response(answer, checks=checks, headers=dict(headers))
        except FailureGroup as wrong:
            said = "; ".join(f"{type(one).__name__}: {one}" for one in wrong.exceptions)
            found[f"{operation.label} {answer.status_code}"] = f"{said}: {answer.text[:300]}"

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, f"{operation.label} can never be asked"
    return found
