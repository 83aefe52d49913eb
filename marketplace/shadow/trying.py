"""One recorded step performed with a new version, and what it gave set beside the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.host import perform
from blocks.manifest import port_schema
from blocks.migrating import migrate
from blocks.outcomes import Emit, Wait
from blocks.registry import Block
from blocks.sdk import BlockError, Facts
from marketplace.shadow.model import (
    Gave,
    Tried,
    Verdict,
    Why,
    differing,
    not_comparable,
)
from marketplace.shadow.world import ShadowWorld
from runtime.runs.recorded import Recorded
from runtime.secrecy import masked

NO_SANDBOX = frozenset({"block.no_sandbox", "block.cannot_run"})


class NoSandboxHereError(Exception):
    """Code of others cannot be run on this machine, so nothing can be tried."""


def try_recorded(new: Block, old: Block | None, recorded: Recorded) -> Tried:
    """Perform a recorded step with a new version.

    Args:
        new: The new version, ready to run.
        old: The version that the record is of; where it gives something else than what is recorded
            when it is asked again, a difference says nothing of the new one. None where it is not
            there any more.
        recorded: What it was given, and gave.

    Raises:
        NoSandboxHereError: the machine cannot keep the code in.
    """
    if recorded.is_gone:
        return not_comparable(Why.GONE)
    if _has_secret(new, recorded) or (old is not None and _has_secret(old, recorded)):
        return not_comparable(Why.SECRET)
    came = _perform(new, _migrated(new, recorded), recorded)
    if isinstance(came, Tried):
        return came if came.verdict is not Verdict.FAILS else _sure(came, old, recorded)
    paths = differing(_recorded(recorded), came)
    if not paths:
        return Tried(verdict=Verdict.SAME)
    return _sure(Tried(verdict=Verdict.DIFFERS, paths=paths), old, recorded)


def _sure(found: Tried, old: Block | None, recorded: Recorded) -> Tried:
    """Ask the older version again before it is said that the new one does otherwise."""
    if old is None:
        return found
    again = _perform(old, recorded.config, recorded)
    if isinstance(again, Tried) or differing(_recorded(recorded), again):
        return not_comparable(Why.UNSTEADY)
    return found


def _perform(block: Block, config: Any, recorded: Recorded) -> Gave | Tried:
    world = ShadowWorld()
    facts = Facts(
        run_id=str(recorded.run_id),
        step=recorded.path,
        attempt=recorded.attempt,
        idempotency_key=f"{recorded.run_id}/{recorded.path}",
        now=recorded.began_at,
    )
    try:
        done = perform(block, config=config, input=recorded.input, services=world, facts=facts)
    except BlockError as error:
        if error.code in NO_SANDBOX:
            raise NoSandboxHereError(error.message) from None
        return _refused(world, error)
    outcome = done.outcome
    if world.missed is not None:
        return not_comparable(world.missed)
    if not isinstance(outcome, Emit | Wait):
        return not_comparable(Why.ELSEWHERE)
    variables = outcome.variables if isinstance(outcome, Emit) else {}
    return Gave(port=outcome.port, output=outcome.output, variables=variables)


def _refused(world: ShadowWorld, error: BlockError) -> Tried:
    if world.missed is not None:
        return not_comparable(world.missed)
    return Tried(verdict=Verdict.FAILS, code=error.code)


def _recorded(one: Recorded) -> Gave:
    return Gave(port=one.port, output=one.output, variables=one.variables)


def _migrated(new: Block, recorded: Recorded) -> Any:
    if not isinstance(recorded.config, Mapping):
        return recorded.config
    return migrate(recorded.config, new.manifest.migrations, version=recorded.version)


def _has_secret(block: Block, recorded: Recorded) -> bool:
    """Tell whether something in a record would be masked where people see it."""
    manifest = block.manifest
    output = port_schema(manifest, recorded.port) or {}
    parts: tuple[tuple[Any, Mapping[str, Any]], ...] = (
        (recorded.config, manifest.config),
        (recorded.input, manifest.input),
        (recorded.output, output),
        (dict(recorded.variables), {}),
    )
    return any(masked(value, schema) != value for value, schema in parts)
