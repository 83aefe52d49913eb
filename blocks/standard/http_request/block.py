"""HTTP request: call another system and hand on its answer."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError, Context, HttpResponse, Outcome


def run(ctx: Context) -> Outcome:
    """Call the address; 2xx leaves by `done`, every other final answer by `refused`.

    An answer that says "try again later" becomes a retryable error instead.
    """
    data = ctx.input.get("body")
    as_text = isinstance(data, str)
    response = ctx.http.request(
        ctx.config["method"],
        ctx.config["url"],
        headers=ctx.config["headers"],
        json=None if as_text else data,
        body=data if as_text else None,
        timeout_s=ctx.config["timeout_s"],
    )
    response.raise_if_busy()
    output = {
        "status": response.status,
        "headers": dict(response.headers),
        "body": _content(response),
    }
    ctx.log.info(f"{ctx.config['method']} answered {response.status}")
    return ctx.emit("done" if response.ok else "refused", output)


def _content(response: HttpResponse) -> Any:
    """Read JSON as data when the answer says that it is JSON, everything else as text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return response.json()
        except BlockError:
            return response.text
    return response.text
