"""What one step may use: the slots of its block, and the connections that the workflow names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from blocks.manifest import SecretSlot
from blocks.sdk import BlockError, HttpRequest, HttpResponse
from runtime.connections.masking import secrets_in
from runtime.connections.serving import Connections
from tenancy.connections.kinds import KINDS
from tenancy.connections.model import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """The connections of one step.

    Attributes:
        connections: What opens them; None where there are none, as in a rehearsal.
        named: By slot, the connection's name.
        slots: Those of the block's manifest.
        keeps: Whether what is learnt of them, a token or their use, is written at once.
    """

    connections: Connections | None = None
    tenant_id: UUID = field(default_factory=lambda: UUID(int=0))
    named: Mapping[str, str] = field(default_factory=dict)
    slots: tuple[SecretSlot, ...] = ()
    keeps: bool = True

    def connection_of(self, slot: str) -> Opened | None:
        """Open the connection of a slot; None for one that is left empty and may be.

        For the host's brokers alone: what it gives must never reach a block.

        Raises:
            BlockError: `connections.missing`, `connections.unknown`, `connections.wrong_kind`.
        """
        known = next((one for one in self.slots if one.slot == slot), None)
        name = self.named.get(slot, "")
        if known is None or not name or self.connections is None:
            if known is not None and not known.required:
                return None
            title = known.title if known else slot
            message = f"The step names no connection for {title}: choose one in its settings."
            raise BlockError("connections.missing", message, retryable=False)
        opened = self.connections.open(self.tenant_id, name, keeps=self.keeps)
        if opened.kind not in known.accepts:
            wanted = " or ".join(KINDS[kind].title for kind in known.accepts)
            message = f"{known.title} needs {wanted}, and {name} is another kind: choose another."
            raise BlockError("connections.wrong_kind", message, retryable=False)
        return opened

    def secrets(self) -> set[str]:
        """List what the connections of all slots hold; for what a block is shown to be held to."""
        return {one for opened in self._each_opened() for one in secrets_in(opened)}

    def _each_opened(self) -> Iterator[Opened]:
        """Open each that there is; one that is missing is told when it is used."""
        if self.connections is None:
            return
        names = {self.named[one.slot] for one in self.slots if self.named.get(one.slot)}
        for name in sorted(names):
            with suppress(BlockError):
                yield self.connections.open(self.tenant_id, name, keeps=False)

    def carry(
        self, request: HttpRequest, send: Callable[[HttpRequest], HttpResponse]
    ) -> HttpResponse:
        """Make a call with the connection that it names, if any."""
        opened = self.connection_of(request.slot) if request.slot else None
        if opened is None or self.connections is None:
            return send(request)
        inject = next(one.inject for one in self.slots if one.slot == request.slot)
        return self.connections.carry(request, opened, send, inject=inject, keeps=self.keeps)


NOTHING_GRANTED = Grants()
