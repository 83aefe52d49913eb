"""What stands behind `ctx.hook` inside a child."""

from __future__ import annotations

from blocks.sandbox._asking import Part


class HookProxy(Part):
    """`ctx.hook`."""

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
        how = {"algorithm": algorithm, "encoding": encoding, "signed": signed}
        where = {"header": header, "prefix": prefix, "timestamp": timestamp}
        return bool(self._asking.ask("hook.verify_hmac", slot=slot, **where, **how))

    def verify_secret(
        self, slot: str, *, header: str = "", query: str = "", prefix: str = ""
    ) -> bool:
        """See `sdk.Hook.verify_secret`."""
        where = {"header": header, "query": query, "prefix": prefix}
        return bool(self._asking.ask("hook.verify_secret", slot=slot, **where))
