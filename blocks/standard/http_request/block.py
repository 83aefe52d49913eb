"""HTTP request: calls an address; tries again when the other side is busy or away."""

from __future__ import annotations

import json
from typing import Any

from blocks.sdk import Context, HttpResponse, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` on 2xx and by `refused` on any other final answer."""
    response = ctx.http.request(
        ctx.config["method"],
        ctx.config["url"],
        headers=ctx.config.get("headers"),
        json=ctx.input.get("body"),
        connection="api",
    )
    response.raise_if_busy()
    output = {"status": response.status, "body": _body(response)}
    return ctx.emit("done" if response.ok else "refused", output)


def _body(response: HttpResponse) -> Any:
    """Give JSON as a value, and anything else as text."""
    try:
        return json.loads(response.body)
    except ValueError:
        return response.text
