"""What stands behind `ctx.ssh` and `ctx.netconf` inside a child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.permissions.netconf import PORT as NETCONF_PORT
from blocks.permissions.netconf import Store
from blocks.permissions.ssh import PORT as SSH_PORT
from blocks.sandbox._asking import Part
from blocks.sdk import NetconfAnswer, SshAnswer


class SshProxy(Part):
    """`ctx.ssh`."""

    def run(
        self,
        host: str,
        command: str,
        *,
        values: Mapping[str, str] | None = None,
        port: int = SSH_PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> SshAnswer:
        """See `sdk.Ssh.run`."""
        answer = self._asking.ask(
            "ssh.run",
            host=host,
            command=command,
            values=dict(values or {}),
            port=port,
            timeout_s=timeout_s,
            connection=connection,
        )
        return SshAnswer(**answer)

    def shell(  # noqa: PLR0913  the protocol's
        self,
        host: str,
        commands: list[str],
        *,
        values: Mapping[str, str] | None = None,
        prompt: str = "",
        answers: Mapping[str, str] | None = None,
        stops_at: str = "",
        port: int = SSH_PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> list[SshAnswer]:
        """See `sdk.Ssh.shell`."""
        said = self._asking.ask(
            "ssh.shell",
            host=host,
            commands=list(commands),
            values=dict(values or {}),
            prompt=prompt,
            answers=dict(answers or {}),
            stops_at=stops_at,
            port=port,
            timeout_s=timeout_s,
            connection=connection,
        )
        return [SshAnswer(**one) for one in said]


class NetconfProxy(Part):
    """`ctx.netconf`."""

    def get(
        self,
        host: str,
        filter: str = "",  # noqa: A002  the protocol's
        *,
        values: Mapping[str, str] | None = None,
        port: int = NETCONF_PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> NetconfAnswer:
        """See `sdk.Netconf.get`."""
        return self._answer(
            "netconf.get",
            host=host,
            filter=filter,
            values=dict(values or {}),
            port=port,
            timeout_s=timeout_s,
            connection=connection,
        )

    def get_config(  # noqa: PLR0913  the protocol's
        self,
        host: str,
        filter: str = "",  # noqa: A002  the protocol's
        *,
        source: Store = "running",
        values: Mapping[str, str] | None = None,
        port: int = NETCONF_PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> NetconfAnswer:
        """See `sdk.Netconf.get_config`."""
        return self._answer(
            "netconf.get_config",
            host=host,
            filter=filter,
            source=source,
            values=dict(values or {}),
            port=port,
            timeout_s=timeout_s,
            connection=connection,
        )

    def edit_config(  # noqa: PLR0913  the protocol's
        self,
        host: str,
        config: str,
        *,
        values: Mapping[str, str] | None = None,
        checks_only: bool = False,
        confirm_s: int = 0,
        port: int = NETCONF_PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> NetconfAnswer:
        """See `sdk.Netconf.edit_config`."""
        return self._answer(
            "netconf.edit_config",
            host=host,
            config=config,
            values=dict(values or {}),
            checks_only=checks_only,
            confirm_s=confirm_s,
            port=port,
            timeout_s=timeout_s,
            connection=connection,
        )

    def _answer(self, what: str, **arguments: Any) -> NetconfAnswer:
        said = self._asking.ask(what, **arguments)
        lists = {name: tuple(said[name]) for name in ("steps", "warnings")}
        return NetconfAnswer(xml=said["xml"], **lists)
