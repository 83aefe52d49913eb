"""Flapping: sees when a state comes and goes too often, and when it has settled."""

from __future__ import annotations

from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._lists import key_of
from blocks.standard._memory import Memory
from blocks.standard._times import moment_of
from blocks.standard._windows import within

KIND = "flapping.1"
LIFETIME_S = 400 * 86_400


def run(ctx: Context) -> Outcome:
    """End by `flapping` or `settled` when that just came about, else by `unchanged`.

    What has settled begins anew: the changes before it make nothing flap again.
    """
    most, window_s, calm_s = (ctx.config[name] for name in ("most", "window_s", "calm_s"))
    key, state, at_s = ctx.input.get("key", ""), ctx.input["state"], moment_of(ctx).timestamp()
    memory = Memory(ctx.state, KIND, key, now=ctx.run.now, lifetime_s=LIFETIME_S)
    before: dict[str, Any] = memory.value or {"state": state, "changes": [], "is_flapping": False}
    is_new = key_of(state) != key_of(before["state"])
    changes = [*before["changes"], *([at_s] if is_new else [])]
    in_window = within(changes, now_s=at_s, window_s=window_s)
    last_s = max(changes, default=at_s)
    was_flapping = before["is_flapping"]
    is_flapping = at_s - last_s < calm_s if was_flapping else len(in_window) > most
    since = [] if was_flapping and not is_flapping else sorted(changes)[-most - 1 :]
    kept = {"state": state, "changes": since, "is_flapping": is_flapping}
    memory.keep(kept, ctx.log)
    told = {"key": key, "state": state, "changes": len(in_window), "is_flapping": is_flapping}
    if is_flapping == was_flapping:
        return ctx.emit("unchanged", told)
    return ctx.emit("flapping" if is_flapping else "settled", told)
