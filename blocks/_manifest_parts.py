"""The parts a manifest is made of; `blocks.manifest` reads them and gives them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ANY_HOST = "*"
USUAL_PORTS: Mapping[str, tuple[int, ...]] = {
    "http": (80, 443),
    "ssh": (22, 830),
    "snmp": (161, 162),
    "mqtt": (1883, 8883),
}
"""The abilities that reach other systems, and the ports of each: NETCONF's and traps' too."""

Kind = Literal["python", "http", "composite", "code", "trigger"]
PermissionName = Literal[
    "http", "mail", "alarms", "tables", "calendars", "state", "ssh", "snmp", "mqtt", "inventory"
]
ConnectionKind = Literal[
    "api_key",
    "basic",
    "bearer",
    "oauth2_client",
    "oauth2_code",
    "mtls",
    "ssh_key",
    "snmp_v3",
    "secret_url",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One way out of a step; the colour follows `tone`."""

    name: str
    title: str
    schema: dict[str, Any] = field(default_factory=dict)
    tone: Literal["neutral", "good", "bad"] = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicOutputs:
    """Ports read from the config.

    Attributes:
        source: JSON Pointer to a list in the config (`from` in the manifest).
        name: JSON Pointer inside an entry to the port's name.
        title: Likewise to its title; "" takes the name.
        schema: What leaves by such a port.
    """

    source: str
    name: str
    title: str = ""
    schema: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One ability the block asks for, and why.

    Attributes:
        name: Which ability of the context.
        reason: Why, in words for the person who consents.
        hosts: Where it may go, if it reaches other systems: `*`, a name, `*.name`; a label may be
            `${config.field}`.
        methods: What `http` may do there; empty allows every method.
        ports: At which ports it may go there; empty allows the usual ones.
    """

    name: PermissionName
    reason: str
    hosts: tuple[str, ...] = ("*",)
    methods: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()

    @property
    def reaches(self) -> bool:
        """Whether it goes to other systems, so that hosts and ports limit it."""
        return self.name in USUAL_PORTS

    @property
    def reachable_ports(self) -> tuple[int, ...]:
        """Give the ports that it may go to; () for every one.

        Named hosts without ports may be called at the usual ones only. `*` is for blocks whose
        address is a setting of the tenant's, and so is its port.
        """
        return self.ports or (() if ANY_HOST in self.hosts else USUAL_PORTS.get(self.name, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject:
    """Where the value of an API key goes: a header or a query parameter of that name.

    Attributes:
        via: Which of both (`as` in the manifest).
        name: Of the header or parameter.
        prefix: What stands before the value, such as `Token `.
    """

    via: Literal["header", "query"]
    name: str
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSlot:
    """A place for a connection of the tenant's, which the block uses but never reads.

    Attributes:
        slot: The name by which the block asks for it.
        title: What to call it beside the choice.
        reason: What it is used for.
        accepts: Kinds of connection that fit.
        required: Whether a step must name one.
        inject: Where an API key goes; None leaves that to the connection.
    """

    slot: str
    title: str
    reason: str
    accepts: tuple[ConnectionKind, ...]
    required: bool = True
    inject: Inject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The lines of a block of kind `code`; pointers lead into the settings, "" leads nowhere.

    Attributes:
        source: The lines, the same for every step; "" when the settings hold them.
        source_at: Where the settings hold them (`from` in the manifest).
        variables: Where the settings hold an object whose fields are variables too.
        expects: Where the settings hold a JSON Schema for the output.
    """

    source: str = ""
    source_at: str = ""
    variables: str = ""
    expects: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """How a block of kind `trigger` starts workflows.

    Attributes:
        mode: `poll` is asked again and again, `webhook` when a request comes.
        every_s: The pause between polls that is suggested, in seconds.
        methods: By what a request may come.
    """

    mode: Literal["poll", "webhook"]
    every_s: int = 300
    methods: tuple[str, ...] = ("POST",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """How settings of versions below `before` become settings of `before`.

    Attributes:
        before: The first version that no longer needs these steps.
        steps: In order, as the manifest writes them: `do` with `rename`, `move`, `default`, `map`
            or `delete`.
    """

    before: str
    steps: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often to try again after a retryable error, and how long to pause.

    Attributes:
        max: Further attempts after the first, >= 0.
        backoff: `fixed` pauses base_s each time; `exponential` doubles it.
        base_s: First pause in seconds, > 0.
        max_s: Longest pause in seconds, > 0.
        jitter: How much of a pause is left to chance, 0 to 1: 0.2 means up to a fifth more or
            less, so that many steps that failed together do not come back together.
    """

    max: int = 0
    backoff: Literal["fixed", "exponential"] = "exponential"
    base_s: float = 2.0
    max_s: float = 3_600.0
    jitter: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the runtime must know to run the block well.

    Attributes:
        effects: Whether it only computes, reads from outside, or changes something.
        inline: Light and trusted: may run inside a segment, without a task of its own.
        control: How it steers the workflow: the outcome of `blocks.outcomes` it may end with.
        timeout_s: Limit for one attempt in seconds.
        memory_mb: Limit of the memory that its code may take.
        idempotent: Whether a repeat with the same key does no harm.
        worker_group: Only workers that serve this group perform it; "" is everybody's.
        retry: What to do after a retryable error.
    """

    effects: Literal["none", "read", "write"]
    inline: bool = False
    control: Literal["event", "approval", "call", "each", "repeat", "end"] | None = None
    timeout_s: float = 30.0
    memory_mb: int = 128
    idempotent: bool = False
    worker_group: str = ""
    retry: Retry = field(default_factory=Retry)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredError:
    """An error the block may end with, in words for the user."""

    code: str
    retry: bool
    text: str
