"""`ctx.hook`: what a trigger asks about the request that came, without seeing its secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCheck:
    """One question about the request at hand, for whoever holds it and the secrets.

    Attributes:
        slot: The connection whose secret is meant.
        header, query: Where the sender put what is checked; one of both, the other "".
        prefix: What stands before it there, such as `sha256=`.
        algorithm: Of the HMAC; "" compares the secret itself.
        encoding: How the HMAC is written: `hex` or `base64`.
        signed: What was signed: `{body}` and, where a header says when, `{timestamp}`.
        timestamp: That header, whole seconds since 1970; "" for none.
    """

    slot: str
    header: str = ""
    query: str = ""
    prefix: str = ""
    algorithm: str = ""
    encoding: str = "hex"
    signed: str = "{body}"
    timestamp: str = ""


class Hook(Protocol):
    """Checks of the request that a trigger of mode `webhook` is asked about.

    The secret is in the connection of a slot that the manifest declares: an API key, a bearer
    token, or user and password. The block learns whether it fits and nothing else. While a
    connection is being rotated, the value before fits too.
    """

    def verify_hmac(  # noqa: PLR0913  schemes of signatures differ in each of these
        self,
        slot: str,
        *,
        header: str,
        algorithm: str = "sha256",
        prefix: str = "",
        encoding: str = "hex",
        signed: str = "{body}",
        timestamp: str = "",
    ) -> bool:
        """Tell whether a header holds the HMAC of the body, to the byte, with the slot's secret.

        With `timestamp`, the name of a header, a request of more than five minutes ago does not
        fit, and `signed` says where the instant stands, as `v0:{timestamp}:{body}`.

        Raises:
            BlockError: `hook.bad_check` for what cannot be checked, `connections.*`.
        """
        ...

    def verify_secret(
        self, slot: str, *, header: str = "", query: str = "", prefix: str = ""
    ) -> bool:
        """Tell whether a header, or a part of the query, is the slot's secret itself.

        User and password are compared as the header `Authorization` has them after `Basic `.

        Raises:
            BlockError: likewise.
        """
        ...
