"""`ctx.hook`: for a trigger that is given requests, by slots that its manifest declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blocks.abilities.hook import CHECKS_MAX
from blocks.host import Facts, perform
from blocks.sdk import BlockError, Context, Outcome
from tests.factories.tenancy import NOON
from tests.factories.triggers import make_trigger
from tests.fakes.blocks import FakeServices

FACTS = Facts(run_id="r", step="s", attempt=1, idempotency_key="k", now=NOON)
HMAC: dict[str, Any] = {"header": "X-Sig"}


def ask(deed: Callable[[Context], Any], mode: str = "webhook") -> Any:
    """Let a trigger's block do something with its context."""

    def run(ctx: Context) -> Outcome:
        return ctx.emit("events", {"said": deed(ctx)})

    done = perform(
        make_trigger(run, mode), config={}, input={}, services=FakeServices(), facts=FACTS
    )
    return done.outcome.output["said"]  # type: ignore[union-attr]


def code(deed: Callable[[Context], Any], mode: str = "webhook") -> str:
    with pytest.raises(BlockError) as told:
        ask(deed, mode)
    return told.value.code


def test_the_block_is_told_whether_it_fits() -> None:
    assert ask(lambda ctx: ctx.hook.verify_hmac("api", **HMAC)) is True
    assert ask(lambda ctx: ctx.hook.verify_secret("api", query="token")) is True


def test_a_trigger_that_looks_has_no_request() -> None:
    said = code(lambda ctx: ctx.hook.verify_secret("api", query="token"), "poll")

    assert said == "block.not_permitted"


def test_a_slot_that_is_not_declared_is_refused() -> None:
    assert code(lambda ctx: ctx.hook.verify_hmac("other", **HMAC)) == "block.not_permitted"


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"algorithm": "md5"}, id="algorithm"),
        pytest.param({"encoding": "hex2"}, id="encoding"),
        pytest.param({"signed": "nothing"}, id="no body"),
        pytest.param({"signed": "{body}{body}"}, id="body twice"),
        pytest.param({"signed": "{timestamp}{body}"}, id="no header for the instant"),
        pytest.param({"timestamp": "X-At"}, id="instant that is not signed"),
        pytest.param({"header": "X Sig"}, id="no name"),
        pytest.param({"signed": "{body}" + "x" * 200}, id="long"),
    ],
)
def test_what_cannot_be_checked_is_told(wrong: dict[str, Any]) -> None:
    assert code(lambda ctx: ctx.hook.verify_hmac("api", **HMAC | wrong)) == "hook.bad_check"


@pytest.mark.parametrize("where", [{}, {"header": "A", "query": "b"}])
def test_a_secret_is_in_one_place(where: dict[str, str]) -> None:
    assert code(lambda ctx: ctx.hook.verify_secret("api", **where)) == "hook.bad_check"


def test_a_request_is_not_checked_without_end() -> None:
    def guess(ctx: Context) -> None:
        for _ in range(CHECKS_MAX + 1):
            ctx.hook.verify_secret("api", query="token")

    assert code(guess) == "hook.bad_check"
