"""Where an ability may go, and whether the block may change anything there."""

from __future__ import annotations

from blocks.abilities.attempt import Attempt
from blocks.manifest import PermissionName
from blocks.permits import permit_of
from blocks.sdk import BlockError
from blocks.targets import read_host

_PORT_MAX = 65_535


def place_of(attempt: Attempt, name: PermissionName, host: str, port: int) -> tuple[str, int]:
    """Give host and port as they are called, when the block may go there.

    Raises:
        BlockError: `block.not_permitted`, or `<name>.bad_address`.
    """
    permission = attempt.permit(name)
    permit = permit_of(permission, attempt.config)
    found = read_host(host, name)
    if not 0 < port <= _PORT_MAX:
        message = f"{port} is no port: write a number from 1 to {_PORT_MAX}."
        raise BlockError(f"{name}.bad_address", message, retryable=False)
    permit.check_place(found, port)
    return found, port


def changes(attempt: Attempt, what: str) -> None:
    """Refuse a change by a block that does not say that it makes some; raises BlockError."""
    if attempt.manifest.behaviour.effects != "write":
        message = (
            f"{attempt.manifest.title} may not use {what}: its manifest does not say that it "
            "changes anything (behaviour.effects)."
        )
        raise BlockError("block.not_permitted", message, retryable=False)


def may_command(attempt: Attempt, what: str) -> None:
    """Refuse commands by a block that does not say that it changes anything; raises BlockError.

    Nobody can tell what a command does, so whoever sends one may change things. Excepted are the
    readers that come with Garland: they see to it themselves, and no installed block can pass for
    one (`blocks.installs.fitness`).
    """
    if attempt.manifest.publisher != "garland":
        changes(attempt, what)
