"""A world that answers calls from a list and remembers what was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from typing_extensions import override

from blocks.host import perform
from blocks.outcomes import Emit
from blocks.registry import Block
from blocks.sdk import Facts, HttpRequest, HttpResponse
from tests.fakes.blocks import FakeServices

FACTS = Facts(
    run_id="r",
    step="s",
    attempt=1,
    idempotency_key="r/s",
    now=datetime(2026, 11, 24, 12, tzinfo=UTC),
)


class Answering(FakeServices):
    """Gives the answers in order."""

    def __init__(self, *answers: HttpResponse) -> None:
        super().__init__()
        self.answers = list(answers)

    @override
    def http(self, request: HttpRequest, /) -> HttpResponse:
        """Give the next answer."""
        self.requests.append(request)
        return self.answers.pop(0)


def answer(
    body: Any = None,
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    retry_after_s: float | None = None,
) -> HttpResponse:
    """Make an answer; None has no body."""
    return HttpResponse(
        status=status,
        headers=headers or {},
        body=b"" if body is None else json.dumps(body).encode(),
        retry_after_s=retry_after_s,
    )


def outcome_of(
    block: Block,
    world: FakeServices,
    *,
    config: dict[str, Any] | None = None,
    given: dict[str, Any] | None = None,
) -> Emit:
    """Run a block once as the host does."""
    done = perform(block, config=config or {}, input=given or {}, services=world, facts=FACTS)
    assert isinstance(done.outcome, Emit)
    return done.outcome
