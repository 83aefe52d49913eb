"""`ctx.http` in the host."""

from __future__ import annotations

import json as json_text
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.abilities.attempt import Attempt
from blocks.permits import permit_of
from blocks.sdk import BlockError, HttpRequest, HttpResponse
from blocks.targets import read_target

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class HttpAbility:
    """`ctx.http`."""

    attempt: Attempt

    def request(  # noqa: PLR0913  what is sent, for how long, and with what
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: str | bytes | None = None,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> HttpResponse:
        """See `sdk.Http.request`."""
        permission = self.attempt.permit("http")
        self.attempt.permit_slot(connection)
        verb = method.upper()
        if verb not in METHODS:
            known = ", ".join(sorted(METHODS))
            raise BlockError("http.bad_method", f"{method} is not a method: use one of {known}.")
        permit = permit_of(permission, self.attempt.config)
        if url or not connection:  # else the connection has the address: the broker judges it
            target = read_target(url)
            permit.check(verb, host=target.host, port=target.port)
        sent = dict(headers or {})
        names = {name.casefold() for name in sent}
        if "idempotency-key" not in names:
            sent["Idempotency-Key"] = self.attempt.facts.idempotency_key
        if json is not None and "content-type" not in names:
            sent["Content-Type"] = "application/json"
        request = HttpRequest(
            method=verb,
            url=url,
            headers=sent,
            body=_body(json, body),
            timeout_s=self.attempt.within(timeout_s),
            permit=permit,
            slot=connection,
        )
        return self.attempt.services.http(request)


def _body(json: Any, body: str | bytes | None) -> bytes:
    if json is not None:
        if body is not None:
            raise BlockError("http.bad_body", "Give either json or body.", retryable=False)
        return json_text.dumps(json).encode()
    return body.encode() if isinstance(body, str) else body or b""
