"""`ctx.hook`: what stands behind it in the host."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from blocks.abilities.attempt import Attempt
from blocks.permissions.hook import HookCheck
from blocks.sdk import BlockError

CHECKS_MAX = 20
ALGORITHMS = ("sha1", "sha256", "sha384", "sha512")
ENCODINGS = ("hex", "base64")
TEXT_MAX = 200
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,80}", re.ASCII)


@dataclass(slots=True)
class HookAbility:
    """`ctx.hook`: asks whoever holds the request, for a trigger of mode `webhook` alone."""

    attempt: Attempt
    asked: int = field(default=0)

    def verify_hmac(  # noqa: PLR0913  the protocol's
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
        """See `sdk.Hook.verify_hmac`."""
        if algorithm not in ALGORITHMS or encoding not in ENCODINGS:
            named = f"one of {', '.join(ALGORITHMS)}, as hex or base64"
            raise _bad(f"An HMAC is {named}: not {algorithm[:20]} as {encoding[:20]}.")
        if signed.count("{body}") != 1 or ("{timestamp}" in signed) != bool(timestamp):
            raise _bad("What is signed has {body} once, and {timestamp} where a header says it.")
        return self._ask(
            HookCheck(
                slot=slot,
                header=header,
                prefix=prefix,
                algorithm=algorithm,
                encoding=encoding,
                signed=signed,
                timestamp=timestamp,
            )
        )

    def verify_secret(
        self, slot: str, *, header: str = "", query: str = "", prefix: str = ""
    ) -> bool:
        """See `sdk.Hook.verify_secret`."""
        if bool(header) == bool(query):
            raise _bad("A secret is in a header or in the query: name one of both.")
        return self._ask(HookCheck(slot=slot, header=header, query=query, prefix=prefix))

    def _ask(self, check: HookCheck) -> bool:
        manifest = self.attempt.manifest
        if manifest.trigger is None or manifest.trigger.mode != "webhook":
            message = f"{manifest.title} is asked about no request: only a webhook trigger is."
            raise BlockError("block.not_permitted", message, retryable=False)
        self.attempt.permit_slot(check.slot)
        self.attempt.time_left_s()
        for name in (check.header, check.query, check.timestamp):
            if name and not _NAME.fullmatch(name):
                raise _bad(f"{name[:20]} is no name of a header or of a part of the query.")
        if max(len(check.signed), len(check.prefix)) > TEXT_MAX:
            raise _bad(f"What is signed, and a prefix, have at most {TEXT_MAX} characters.")
        self.asked += 1
        if self.asked > CHECKS_MAX:
            raise _bad(f"A request is checked at most {CHECKS_MAX} times.")
        return self.attempt.services.check_hook(check)


def _bad(message: str) -> BlockError:
    return BlockError("hook.bad_check", message, retryable=False)
