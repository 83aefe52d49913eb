"""`ctx.ssh`: commands on devices and servers over SSH."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from blocks.permissions.place import url_of
from blocks.permits import Permit

PORT = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class SshLogin:
    """What the host signs in with for a connection; a block never gets one.

    Attributes:
        host_keys: Those the server may show, each as `type base64`; none where none is known.
        pin: Keeps a key that is seen for the first time, where the operator allows that.
    """

    user: str
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    host_keys: tuple[str, ...] = ()
    pin: Callable[[str], None] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SshCall:
    """Commands for one device, as the broker carries them out.

    Attributes:
        commands: Filled in and checked; one line each.
        is_shell: Whether they are typed into one session, as a person would; else each is run
            apart, and its exit status known.
        prompt: Pattern of what the device ends with when it waits; "" finds out.
        answers: What is answered to questions of the device, by pattern.
        stops_at: Pattern of a line in an output after which no further command is sent.
        permit: What the manifest allows.
        slot: Of the block's manifest: the connection it is made with.
        login: Of that connection; put in by the host.
    """

    host: str
    port: int = PORT
    commands: tuple[str, ...] = ()
    is_shell: bool = False
    prompt: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    stops_at: str = ""
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
class SshAnswer:
    """What a device said to one command.

    Attributes:
        command: As it was sent.
        output: Without echo, prompt and control characters; of more than 1 MB the end.
        errors: What came on the standard error output; "" in a session.
        status: Exit status; None where there is none, as in a session.
        is_cut: Whether the beginning of the output was left out.
    """

    command: str
    output: str = ""
    errors: str = ""
    status: int | None = None
    is_cut: bool = False


class Ssh(Protocol):
    """Commands over SSH; needs the permission `ssh`.

    A command has places such as `{port}`, which `values` fill: with one plain word each, never
    with a second command, an option or another folder.

    Only for blocks whose manifest says `"effects": "write"`, for nobody can tell what a command
    does. Excepted are readers that come with Garland.

    Every call raises BlockError: `ssh.unreachable` or `ssh.timeout` (retryable),
    `ssh.not_installed`, `ssh.bad_address`, `ssh.forbidden_address`, `ssh.host_key_unknown`,
    `ssh.host_key_changed`, `ssh.refused`, `ssh.bad_command`, `ssh.bad_value`, `ssh.bad_answer`
    (retryable before the sign-in), `ssh.too_large`, and those of connections (see `Http.request`).
    """

    def run(
        self,
        host: str,
        command: str,
        *,
        values: Mapping[str, str] | None = None,
        port: int = PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> SshAnswer:
        """Run one command without a session, as `ssh host command` does.

        Args:
            host: Name or address.
            command: One line; places in it stand in braces.
            values: By place, one plain word each.
            port: Where SSH listens.
            timeout_s: For all of it; never beyond the step's limit.
            connection: A slot that the manifest names under `secrets`, for `ssh_key` or `basic`.
        """
        ...

    def shell(  # noqa: PLR0913  likewise
        self,
        host: str,
        commands: list[str],
        *,
        values: Mapping[str, str] | None = None,
        prompt: str = "",
        answers: Mapping[str, str] | None = None,
        stops_at: str = "",
        port: int = PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> list[SshAnswer]:
        """Type commands into one session, as a person would: for devices that know no other way.

        Pages are turned by themselves. Raises also `ssh.no_prompt`, `ssh.closed` and
        `ssh.bad_pattern`.

        Args:
            host: Name or address.
            commands: One line each, at most 50; what switches paging off may be the first.
            values: By place, one plain word each.
            prompt: Pattern (RE2) of the line at which the device waits; "" takes what stands
                there after signing in.
            answers: By pattern of a question, such as `confirm`, what is answered.
            stops_at: Pattern of a line in an output, such as `^% Invalid`, after which no further
                command is sent: the answers are fewer then.
            port: Where SSH listens.
            timeout_s: For all of it; never beyond the step's limit.
            connection: A slot that the manifest names under `secrets`.
        """
        ...
