"""Back up a configuration: fetches it, and tells whether it changed since the last time."""

from __future__ import annotations

from hashlib import sha256

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._commanding import is_refusal
from blocks.standard._configs import check_patterns, lasting_lines
from blocks.standard._devices import PAGING_OFF, REFUSED, SHOW_CONFIG

_USUAL = "show running-config"


def run(ctx: Context) -> Outcome:
    """End by `first`, `changed` or `same`, with the configuration and its checksum."""
    check_patterns(ctx.config["ignore"])
    lines = lasting_lines(_shown(ctx), ctx.config["ignore"])
    if not lines:
        raise BlockError("backup.empty", "The device showed an empty configuration.")
    checksum = sha256(("\n".join(lines) + "\n").encode()).hexdigest()
    key = ctx.config["host"].lower()[:80]
    before = ctx.state.get(key)
    output = {
        "config": "\n".join(lines),
        "checksum": checksum,
        "lines": len(lines),
        "before": before,
    }
    if before and before["checksum"] == checksum:
        return ctx.emit("same", output)
    at = ctx.run.now.isoformat().replace("+00:00", "Z")
    ctx.state.set(key, {"checksum": checksum, "at": at})
    return ctx.emit("changed" if before else "first", output)


def _shown(ctx: Context) -> str:
    """Give what the device shows, all of it."""
    config = ctx.config
    paging = PAGING_OFF.get(config["device"])
    command = config.get("command") or SHOW_CONFIG.get(config["device"], _USUAL)
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
        message = f"The device does not take {shown.command}: {shown.output.strip()[:200]}"
        raise BlockError("backup.refused", message)
    if shown.is_cut:
        message = "The configuration is larger than 1 MB, so its beginning is missing."
        raise BlockError("backup.incomplete", message)
    return shown.output


_REFUSAL_LINES = 10
"""A longer answer is a configuration, whatever words stand in it."""
