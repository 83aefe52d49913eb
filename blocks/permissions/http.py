"""`ctx.http`: calls to the outside."""

from __future__ import annotations

import json as json_text
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from blocks.outcomes import BlockError
from blocks.permits import Permit

if TYPE_CHECKING:  # a child of the sandbox imports this, and has no use for what ssl takes
    import ssl

BUSY_STATUSES = frozenset({429, 502, 503, 504})


class Credential(Protocol):
    """What the host puts into a call for a connection; a block never gets one."""

    def signed(self, request: HttpRequest, /) -> HttpRequest:
        """Give the call with the secret in it.

        Raises:
            BlockError: `connections.wrong_host` where the secret may not go.
        """
        ...

    def tls(self) -> ssl.SSLContext | None:
        """Give what to meet the server with; None for what is usual."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One call to the outside, as the broker carries it out.

    Attributes:
        permit: What the manifest allows; held against every redirect too.
        slot: Of the block's manifest: the connection it is made with; "" for none.
        credential: Of that connection; put in by the host, and gone after a redirect elsewhere.
        follows: Whether redirects are followed.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout_s: float = 20.0
    permit: Permit = field(default_factory=Permit)
    slot: str = ""
    credential: Credential | None = field(default=None, repr=False, compare=False)
    follows: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """What came back.

    Attributes:
        status: HTTP status code.
        headers: Names in lower case; a repeated header is joined by ", ".
        body: The bytes, already unpacked.
        retry_after_s: Retry-After in seconds from when the answer came, else None.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    retry_after_s: float | None = None

    @property
    def ok(self) -> bool:
        """Tell whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, 15.3

    @property
    def text(self) -> str:
        """The body as text: UTF-8, with what is not UTF-8 replaced."""
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            BlockError: `http.not_json`, when it is not.
        """
        try:
            return json_text.loads(self.body)
        except ValueError:
            raise BlockError("http.not_json", "The answer is not JSON.", retryable=False) from None

    def raise_if_busy(self) -> None:
        """Raise a retryable BlockError when the status says "try again later".

        Those are 429 (RFC 6585, 4) and 502, 503, 504 (RFC 9110, 15.6); the wait the server asked
        for goes along.
        """
        if self.status in BUSY_STATUSES:
            message = f"The server answered {self.status}, which means: try again later."
            raise BlockError("http.busy", message, self.retry_after_s, retryable=True)


class Http(Protocol):
    """Calls to the outside; needs the permission `http`."""

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
        """Call an address and return the answer, whatever its status.

        Args:
            method: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.
            url: http:// or https:// address; "" where the connection is a secret address.
            headers: Sent as they are; `Idempotency-Key` is added when not given.
            json: Sent as JSON unless None; not together with `body`.
            body: Sent as it is; text is encoded as UTF-8.
            timeout_s: For the whole call, redirects included; never beyond the step's limit.
            connection: A slot that the manifest names under `secrets`: Garland puts in what the
                step's connection holds. A slot that is not required may be empty.

        Raises:
            BlockError: `http.unreachable`, `http.timeout` or `http.bad_answer` (retryable),
                `http.bad_address`, `http.bad_header`, `http.forbidden_address`,
                `http.insecure_redirect`, `http.too_large`, `http.too_many_redirects`; with a
                connection also `connections.missing`, `connections.unknown`,
                `connections.wrong_kind`, `connections.wrong_host` and `connections.no_token`.
        """
        ...
