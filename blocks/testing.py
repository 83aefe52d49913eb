"""Runs a block's examples against a mocked world: the tests' and the integrator's tool's part."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from blocks._mocked_devices import MockedDevices
from blocks._mocked_inventory import MockedInventory
from blocks._mocked_ssh import answer_netconf, answer_ssh
from blocks.alarm_filters import WantedAlarms, pick
from blocks.effects import Effect
from blocks.host import perform
from blocks.outcomes import Emit, Outcome, Wait
from blocks.registry import Block
from blocks.sdk import (
    BlockError,
    CalendarMoment,
    Decided,
    Facts,
    HookCheck,
    HttpRequest,
    HttpResponse,
    MailMessage,
    MqttMessage,
    MqttRequest,
    NetconfAnswer,
    NetconfCall,
    SnmpRequest,
    SnmpValue,
    SshAnswer,
    SshCall,
)
from kernel.clock import format_instant, parse_instant

_STATE_KINDS = ("state.set", "state.delete")
_DEFAULT_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class MockedWorld:
    """The world as an example's `services` describes it."""

    described: Mapping[str, Any]
    calls: int = 0
    mails: list[dict[str, Any]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    devices: MockedDevices = field(init=False)

    def __post_init__(self) -> None:
        self.devices = MockedDevices(self.described)

    device_calls: Counter[str] = field(default_factory=Counter)

    def http(self, request: HttpRequest, /) -> HttpResponse:
        """Answer the next call as described; another call than expected is an error."""
        if self.described.get("connections", {}).get(request.slot) == "missing":
            message = f"The step names no connection for {request.slot}."
            raise BlockError("connections.missing", message, retryable=False)
        expected = self.described.get("http", [])
        if self.calls >= len(expected):
            raise BlockError("example.unexpected_call", f"{request.method} {request.url}")
        mock = expected[self.calls]
        self.calls += 1
        _compare_call(mock, request)
        if "error" in mock:
            raise BlockError(mock["error"], "as the example says", retryable=True)
        body = json.dumps(mock["json"]) if "json" in mock else mock.get("text", "")
        return HttpResponse(
            status=mock.get("status", 200),
            headers=mock.get("headers", {}),
            body=body.encode(),
            retry_after_s=mock.get("retry_after_s"),
        )

    def mail(self, message: MailMessage, /) -> None:
        """Take a mail, or fail as described."""
        said = self.described.get("mail", "accepts")
        if said != "accepts":
            raise BlockError(f"mail.{said}", "as the example says", retryable=said == "unavailable")
        self.mails.append(
            {"to": list(message.to), "subject": message.subject, "body": message.body}
        )

    def ssh(self, call: SshCall, /) -> tuple[SshAnswer, ...]:
        """Answer the next commands as described."""
        self.device_calls["ssh"] += 1
        return answer_ssh(self.described, call, self.device_calls["ssh"])

    def netconf(self, call: NetconfCall, /) -> NetconfAnswer:
        """Answer the next request as described."""
        self.device_calls["netconf"] += 1
        return answer_netconf(self.described, call, self.device_calls["netconf"])

    @property
    def desk(self) -> MockedWorld:
        """The step's own place is described with the world."""
        return self

    def kept(self, key: str, /) -> Any:
        """Give what earlier runs kept."""
        return self.described.get("state", {}).get(key)

    def kept_keys(self) -> list[str]:
        """List what earlier runs kept."""
        return list(self.described.get("state", {}))

    def report(self, fraction: float, text: str, /) -> None:
        """Note how far the step is."""
        words = {"text": text} if text else {}
        self.reports.append({"fraction": fraction, **words})

    def is_cancelled(self) -> bool:
        """Tell whether the example's run is being cancelled."""
        return bool(self.described.get("cancelled", False))

    def snmp(self, request: SnmpRequest, /) -> list[SnmpValue]:
        """Carry out the next errand at a device as described."""
        return self.devices.snmp(request)

    def mqtt(self, request: MqttRequest, /) -> MqttMessage | None:
        """Carry out the next errand at a broker as described."""
        return self.devices.mqtt(request)

    def find_alarm(self, alarm_id: str, /) -> dict[str, Any] | None:
        """Give an alarm of the example."""
        found: dict[str, Any] | None = self.described.get("alarms", {}).get(alarm_id)
        return found

    def find_alarms(self, wanted: WantedAlarms, /) -> dict[str, Any]:
        """Pick from the example's alarms."""
        return pick(self.described.get("alarms", {}).values(), wanted)

    def look_up(self, table: str, key: str, /) -> dict[str, Any] | None:
        """Give a row of the example's tables."""
        tables = self.described.get("tables", {})
        if table not in tables:
            raise BlockError("tables.unknown", f"There is no table {table}.")
        row: dict[str, Any] | None = tables[table].get(key)
        return row

    def decide(
        self,
        table: str,
        _values: Mapping[str, Any],
        _alarm: Mapping[str, Any],
        _version: int | None,
        /,
    ) -> Decided:
        """Answer as the example's decision table does."""
        answers = self.described.get("decisions", {})
        if table not in answers:
            raise BlockError("tables.unknown", f"There is no decision table {table}.")
        return Decided(answers[table]["port"], answers[table]["output"])

    def calendar_moment(
        self, calendar: str, what: CalendarMoment, _at: datetime, _open_s: float, /
    ) -> datetime:
        """Give a moment of the example's calendars."""
        calendars = self.described.get("calendars", {})
        if calendar not in calendars:
            raise BlockError("calendars.unknown", f"There is no calendar {calendar}.")
        if what not in calendars[calendar]:
            raise BlockError("calendars.never", f"{calendar} has no such moment.")
        return parse_instant(calendars[calendar][what])

    @property
    def inventory(self) -> MockedInventory:
        """The example's inventory."""
        return MockedInventory(self.described.get("inventory", {}))

    def check_hook(self, check: HookCheck, /) -> bool:
        """Tell whether the example's request fits the secret of a slot."""
        said = self.described.get("hook", {})
        if check.slot not in said:
            raise BlockError("example.unexpected_check", f"The secret of {check.slot}")
        return bool(said[check.slot])


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that came out otherwise than an example says."""

    name: str
    expected: Any
    came: Any


@dataclass(frozen=True, slots=True)
class Compared:
    """What came out of an example, and what of it was expected otherwise."""

    came: Mapping[str, Any]
    mismatches: tuple[Mismatch, ...]


def run_example(block: Block, example: Mapping[str, Any]) -> list[str]:
    """Run one example; give what came out otherwise than expected, nothing when all is well."""
    return [
        f"{one.name}: expected {one.expected!r}, came {one.came!r}"
        for one in compare_example(block, example).mismatches
    ]


def compare_example(block: Block, example: Mapping[str, Any]) -> Compared:
    """Run one example and set what came out beside what it expects."""
    world = MockedWorld(example.get("services", {}))
    came = _perform(block, example, world)
    expects = dict(example["expect"])
    if "outcome" in expects:
        wanted, outcome = expects.pop("outcome"), came.get("outcome", {})
        expects |= {f"outcome.{name}": value for name, value in wanted.items()}
        came |= {f"outcome.{name}": value for name, value in outcome.items()}
    found = [
        Mismatch(name, expected, came.get(name))
        for name, expected in expects.items()
        if came.get(name) != expected
    ]
    return Compared(came, tuple(found))


def _perform(block: Block, example: Mapping[str, Any], world: MockedWorld) -> dict[str, Any]:
    now = parse_instant(example["now"]) if "now" in example else _DEFAULT_NOW
    facts = Facts(run_id="run", step="step", attempt=1, idempotency_key="example", now=now)
    config, given = example.get("config", {}), example.get("input", {})
    try:
        done = perform(block, config=config, input=given, services=world, facts=facts)
    except BlockError as error:
        return {
            "error": error.code,
            "message": error.message,
            "retryable": error.retryable,
            "retry_after_s": error.retry_after_s,
        }
    return {
        **_said_by(done.outcome),
        "effects": [asdict(one) for one in done.effects if one.kind not in _STATE_KINDS],
        "state": _kept_after(world.described.get("state", {}), done.effects),
        "progress": world.reports,
        "logs": [asdict(line) for line in done.logs],
        "mails": world.mails,
    }


def _kept_after(before: Mapping[str, Any], effects: Iterable[Effect]) -> dict[str, Any]:
    kept = dict(before)
    for effect in effects:
        if effect.kind == "state.set":
            kept[effect.target] = effect.fields["value"]
        elif effect.kind == "state.delete":
            kept.pop(effect.target, None)
    return kept


def _said_by(outcome: Outcome) -> dict[str, Any]:
    """Give an outcome as an example writes it: instants as text, lists as lists."""
    facts = {
        name: format_instant(value).replace(".000Z", "Z") if isinstance(value, datetime) else value
        for name, value in asdict(outcome).items()
    }
    plain: dict[str, Any] = json.loads(json.dumps(facts))
    return plain if isinstance(outcome, Emit | Wait) else {"outcome": plain}


def _compare_call(mock: Mapping[str, Any], request: HttpRequest) -> None:
    asked = (request.method, request.url)
    if asked != (mock["method"], mock["url"]):
        raise BlockError("example.other_call", f"expected {mock['method']} {mock['url']}: {asked}")
    if mock.get("slot", request.slot) != request.slot:
        raise BlockError("example.other_slot", f"expected {mock['slot']}: {request.slot!r}")
    if "expect_json" in mock and json.loads(request.body) != mock["expect_json"]:
        raise BlockError("example.other_body", f"the body was {request.body!r}")
    for name, value in mock.get("expect_headers", {}).items():
        if request.headers.get(name) != value:
            raise BlockError("example.other_header", f"{name} was {request.headers.get(name)!r}")
