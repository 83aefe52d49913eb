"""`ctx.netconf`: configuration and state of devices over NETCONF (RFC 6241)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from blocks.permissions.place import url_of
from blocks.permissions.ssh import SshLogin
from blocks.permits import Permit

PORT = 830
Store = Literal["running", "candidate", "startup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetconfCall:
    """One request to a device, as the broker carries it out.

    Attributes:
        what: `get`, `get-config` or `edit-config`.
        document: The filter, or what to change: XML, filled in and checked; "" for none.
        store: What is read; "" where there is nothing to say.
        checks_only: Whether a change is validated and thrown away.
        confirm_s: Within how many seconds a change has to prove that the device can still be
            reached, else the device takes it back; 0 for not at all.
    """

    host: str
    port: int = PORT
    what: Literal["get", "get-config", "edit-config"] = "get"
    document: str = ""
    store: Store = "running"
    checks_only: bool = False
    confirm_s: int = 0
    timeout_s: float = 30.0
    permit: Permit = field(default_factory=Permit)
    slot: str = ""
    login: SshLogin | None = field(default=None, repr=False, compare=False)

    @property
    def usual_port(self) -> int:
        """The port that a host without one stands for."""
        return PORT

    @property
    def url(self) -> str:
        """Where it goes, for counting calls."""
        return url_of("ssh", self.host, self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetconfAnswer:
    """What a device answered.

    Attributes:
        xml: What stands in `data`, as XML; "" for a change.
        steps: What was done, in order: `locked candidate`, `edited`, `validated`, `committed` …
        warnings: What the device remarked.
    """

    xml: str = ""
    steps: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Netconf(Protocol):
    """NETCONF over SSH; needs the permission `ssh`.

    XML has places such as `{name}`, which `values` fill with texts; they are escaped.

    Every call raises BlockError: those of `Ssh`, `netconf.refused` with what the device said,
    `netconf.locked` (retryable) while somebody else changes it, `netconf.bad_config` for what is
    no XML, `netconf.unsupported`, `netconf.bad_answer` and `netconf.too_large`.
    """

    def get(
        self,
        host: str,
        filter: str = "",  # noqa: A002  the protocol's word
        *,
        values: Mapping[str, str] | None = None,
        port: int = PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> NetconfAnswer:
        """Read configuration and state, of a subtree where a filter says which."""
        ...

    def get_config(  # noqa: PLR0913  likewise
        self,
        host: str,
        filter: str = "",  # noqa: A002  the protocol's word
        *,
        source: Store = "running",
        values: Mapping[str, str] | None = None,
        port: int = PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> NetconfAnswer:
        """Read the configuration of one store."""
        ...

    def edit_config(  # noqa: PLR0913  likewise
        self,
        host: str,
        config: str,
        *,
        values: Mapping[str, str] | None = None,
        checks_only: bool = False,
        confirm_s: int = 0,
        port: int = PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> NetconfAnswer:
        """Change the configuration: all of it, or none.

        By the candidate where the device has one, validated and committed; else in place, with
        rollback on error. What is refused is taken back before it is told. Only for blocks whose
        manifest says `"effects": "write"`, but for `checks_only`.

        Args:
            host: Name or address.
            config: XML that stands in `config`.
            values: By place, a text.
            checks_only: Validate and throw away; needs `:candidate` and `:validate`.
            confirm_s: Commit on probation: over a second connection it is confirmed, and where
                that cannot be made the device takes the change back after so many seconds.
            port: Where NETCONF listens.
            timeout_s: For all of it; never beyond the step's limit.
            connection: A slot that the manifest names under `secrets`.
        """
        ...
