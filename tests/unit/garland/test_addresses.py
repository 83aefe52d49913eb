"""Addresses are written as before; what writes them is compiled late."""

from __future__ import annotations

from uuid import UUID

import pytest
from werkzeug.routing import Map, MapAdapter, Rule

from garland.addresses import LateRule

RUN = UUID("01a21b0e-5cc9-748c-a2bf-2036a684e6ec")
PATTERNS = {
    "home": "/",
    "run": "/t/<tenant>/runs/<uuid:run_id>",
    "file": "/static/<path:filename>",
}


def addresses(kind: type[Rule]) -> MapAdapter:
    rules = [kind(pattern, endpoint=name) for name, pattern in PATTERNS.items()]
    return Map(rules).bind("garland.example")


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        pytest.param("home", {}, id="without values"),
        pytest.param("home", {"next": "/a b?c=d"}, id="a value the pattern does not have"),
        pytest.param("run", {"tenant": "ac/me é", "run_id": RUN}, id="values to convert and quote"),
        pytest.param(
            "run", {"tenant": "acme", "run_id": RUN, "rule": 1, "self": 2}, id="odd names"
        ),
        pytest.param("file", {"filename": "css/a.css"}, id="a path"),
    ],
)
def test_an_address_is_written_as_werkzeug_writes_it(
    endpoint: str, values: dict[str, object]
) -> None:
    late, usual = addresses(LateRule), addresses(Rule)

    assert late.build(endpoint, values) == usual.build(endpoint, values)
    assert late.build(endpoint, values) == usual.build(endpoint, values)  # once it is compiled


def test_what_writes_an_address_is_compiled_at_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_usually = Rule._compile_builder  # noqa: SLF001  what is put off

    def note(rule: Rule, *asked: bool) -> object:
        compiled.append(rule.endpoint)
        return compile_usually(rule, *asked)

    monkeypatch.setattr(Rule, "_compile_builder", note)
    late = addresses(LateRule)
    late.match("/static/a.css")
    assert compiled == []

    late.build("run", {"tenant": "acme", "run_id": RUN})
    late.build("run", {"tenant": "other", "run_id": RUN})

    assert compiled == ["run"]
