"""Read JSON: turns a JSON text into data."""

from __future__ import annotations

from blocks.sdk import Context, Outcome
from kernel.errors import MalformedError
from kernel.json_text import read_json


def run(ctx: Context) -> Outcome:
    """End by `done` with the data, or by `unreadable`."""
    try:
        value = read_json(ctx.input["text"].encode("utf-8", "surrogatepass"), what="the text")
    except MalformedError as error:
        return ctx.emit("unreadable", {"reason": error.message})
    return ctx.emit("done", {"value": value})
