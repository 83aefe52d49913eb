"""Back up a configuration: fetches it, and tells whether it changed since the last time."""

from __future__ import annotations

from hashlib import sha256

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._commanding import is_refusal
from blocks.standard._configs import check_patterns, lasting_lines
from blocks.standard._devices import PAGING_OFF, REFUSED, SHOW_CONFIG
from blocks.standard._memory import Memory
from blocks.standard._reading import changing, why_not_reading
from kernel.clock import format_instant

KIND = "back-up-config.1"
LIFETIME_S = 400 * 86_400
"""How long a device that is no longer backed up is remembered: beyond a yearly backup."""
_USUAL = "show running-config"


def run(ctx: Context) -> Outcome:
    """End by `first`, `changed` or `same`, with the configuration and its checksum."""
    check_patterns(ctx.config["ignore"])
    lines = lasting_lines(_shown(ctx), ctx.config["ignore"])
    if not lines:
        message = (
            "The device showed no line of a configuration. Look whether Command shows one, whether "
            "Leave out lines leaves some, and whether the connection's user may read it."
        )
        raise BlockError("backup.empty", message)
    checksum = sha256(("\n".join(lines) + "\n").encode()).hexdigest()
    memory = _memory(ctx)
    before = memory.value
    output = {
        "config": "\n".join(lines),
        "checksum": checksum,
        "lines": len(lines),
        "before": before,
    }
    if before and before["checksum"] == checksum:
        memory.keep(before, ctx.log)
        return ctx.emit("same", output)
    memory.keep({"checksum": checksum, "at": format_instant(ctx.run.now)}, ctx.log)
    return ctx.emit("changed" if before else "first", output)


def _memory(ctx: Context) -> Memory:
    """Give what is kept of the device: behind one address there may be several, by port.

    Read once the device has answered: what others that share its place keep meanwhile stays.
    """
    key = f"{ctx.config['host'].lower()}:{ctx.config['port']}"
    return Memory(ctx.state, KIND, key, now=ctx.run.now, lifetime_s=LIFETIME_S)


def _shown(ctx: Context) -> str:
    """Give what the device shows, all of it."""
    config = ctx.config
    paging = PAGING_OFF.get(config["device"])
    command = config.get("command") or SHOW_CONFIG.get(config["device"], _USUAL)
    _check_reading(command, config["device"])
    answers = ctx.ssh.shell(
        config["host"],
        [*([paging] if paging else []), command],
        prompt=config.get("prompt", ""),
        stops_at=REFUSED if paging else "",
        port=config["port"],
        connection="device",
    )
    shown = answers[-1]
    if is_refusal(shown) and len(shown.output.splitlines()) <= _REFUSAL_LINES:
        message = (
            f"The device does not take {shown.command} ({shown.output.strip()[:200]}): choose "
            "another Kind of device, write another Command, or let the connection's user run it."
        )
        raise BlockError("backup.refused", message)
    if shown.is_cut:
        message = "The configuration is larger than 1 MB, so its beginning is missing."
        raise BlockError("backup.incomplete", message)
    return shown.output


def _check_reading(command: str, device: str) -> None:
    """Refuse what is known to change things, and not to show them: a backup only reads."""
    if changing([command]) and why_not_reading(command, device=device):
        message = (
            f"{command[:80]} is known to change things: write the Command that shows the "
            "configuration, or use Run a command on a device."
        )
        raise BlockError("device.only_reads", message)


_REFUSAL_LINES = 10
"""A longer answer is a configuration, whatever words stand in it."""
