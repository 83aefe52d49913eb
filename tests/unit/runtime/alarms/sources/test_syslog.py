"""Syslog: every dialect is read, any bytes give a message, and rules say what becomes of it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.alarms.model import parse_event
from runtime.alarms.sources.syslog.framing import Framer, FramingError
from runtime.alarms.sources.syslog.message import FACILITIES, LEVELS, read_syslog, unreadable
from runtime.alarms.sources.syslog.rules import Judge, check_rules
from runtime.alarms.sources.syslog.starter import starter_rules
from tests.support.captures import LOGGER, captured

HUAWEI = (
    "<188>Nov 14 2018 08:30:56 HUAWEI %%01IFNET/4/LINK_STATE(l)[0]:The line protocol IP on the "
    "interface GE0/0/1 has entered the DOWN state."
)
NOKIA = (
    "<181>Nov 14 08:30:56 10.0.0.1 TMNX: 123 Base PORT-MINOR-linkDown-2004 [Port 1/1/1]:  "
    "Interface 1/1/1 is not operational"
)
Line = dict[str, Any]


def router_lines(data: Path) -> list[Line]:
    """Give what routers wrote, with what a parser should find."""
    folder = data / "syslog" / "napalm-logs"
    return [
        json.loads(line)
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]


def judge(line: str, **config: Any) -> Any:
    """Judge a line by the rules that come with us."""
    rules = {"rules": starter_rules(), "least": "none", **config}
    return Judge(rules).judge(read_syslog(line.encode()), sender="192.0.2.1")


def test_reads_host_priority_and_text_of_every_router_line(shared_data: Path) -> None:
    lines = router_lines(shared_data)
    assert len(lines) == 82

    for line in lines:
        found, expected = read_syslog(line["raw"].encode()), line["expected"]
        assert found.host == expected["host"], line["raw"]
        assert FACILITIES.index(found.facility) == expected["facility"]
        assert LEVELS.index(found.level) == expected["severity"]
        assert found.text.split()[-1] == line["raw"].split()[-1]


def test_finds_the_event_and_the_process_that_routers_name(shared_data: Path) -> None:
    for line in router_lines(shared_data):
        found, told = read_syslog(line["raw"].encode()), line["expected"]["message_details"]
        if told.get("processId") and told.get("processName"):
            assert (found.app, found.process) == (told["processName"], told["processId"])
        if told.get("tag", "").isupper() and ("_" in told["tag"] or "-" in told["tag"]):
            assert told["tag"] in (found.event, found.app) or told["tag"] in found.text, line["raw"]


def test_reads_what_logger_sends(shared_data: Path) -> None:
    sent = captured(shared_data, LOGGER)

    found = read_syslog(sent["rfc5424 structured data"])
    assert (found.host, found.app, found.event) == ("vm", "pm", "THR")
    assert found.data["alarm@32473.kpi"] == "packetLoss"
    assert found.text == "packet loss over threshold"
    assert found.instant is not None
    old = read_syslog(sent["rfc3164 err"])
    assert (old.facility, old.level, old.host, old.app) == ("daemon", "err", "vm", "fand")
    assert old.text == "fan tray 2 failed"
    assert old.instant is None  # neither year nor zone: nobody can say when that was


@pytest.mark.parametrize(
    ("line", "host", "event"),
    [
        pytest.param(HUAWEI, "HUAWEI", "IFNET/4/LINK_STATE", id="Huawei"),
        pytest.param(NOKIA, "10.0.0.1", "PORT-MINOR-linkDown-2004", id="Nokia"),
        pytest.param(
            "<187>: 2018 Apr 20 13:15:07 UTC: %ETHPORT-3-IF_DOWN: x", "", "ETHPORT-3-IF_DOWN",
            id="Cisco without a host",
        ),
        pytest.param(
            "<28>Nov 20 16:58:04 re1.gw2 rpd[1]: RPD_UP: x", "gw2", "RPD_UP", id="Junos, engine 1"
        ),
    ],
)  # fmt: skip
def test_reads_routers_dialects(line: str, host: str, event: str) -> None:
    found = read_syslog(line.encode())

    assert (found.host, found.event) == (host, event)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("plain", id="no priority"),
        pytest.param("<192>plain", id="a priority that is none"),
        pytest.param("<x>plain", id="no number"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_has_no_priority_is_a_notice_of_a_user(line: str) -> None:
    found = read_syslog(line.encode())

    assert (found.facility, found.level, found.text) == ("user", "notice", line)


@given(st.binary(max_size=500))
def test_any_bytes_give_a_message_and_an_event_that_can_be_taken(data: bytes) -> None:
    message = read_syslog(data)

    event = Judge({"least": "debug"}).judge(message, sender="192.0.2.1").event
    assert event is not None
    parse_event({"source": "s", **event})


@given(st.text(alphabet='<>1 2-[]="\\a%:_/', max_size=200))
def test_anything_that_looks_like_syslog_gives_a_message(text: str) -> None:
    assert read_syslog(f"<13>1 {text}".encode()).raw is not None


def test_the_rules_that_come_with_us_can_be_kept() -> None:
    assert check_rules(starter_rules()) == []


def test_a_link_that_comes_up_ends_the_alarm_it_raised() -> None:
    said = "<189>1: router1: Jun  1 12:50:26.172: %LINEPROTO-5-UPDOWN: Line protocol on Interface "
    down, up = (judge(f"{said}Fa0/2, changed state to {state}") for state in ("down", "up"))

    assert down.event["managed_object"] == "router1/Fa0/2"
    assert (down.event["perceived_severity"], up.event["perceived_severity"]) == (
        "major",
        "cleared",
    )
    assert down.event["reduction_key"] == up.event["reduction_key"]


def test_every_dialect_of_a_link_down_raises() -> None:
    junos = "<28>Jul 20 21:45:59 vmx01 mib2d[2]: SNMP_TRAP_LINK_DOWN: ifIndex 502, ifName xe-0/0/0"

    assert [judge(line).rule for line in (HUAWEI, NOKIA, junos)] == [
        "Link down (Huawei)",
        "Port down (Nokia)",
        "Interface down (Junos)",
    ]


@pytest.mark.parametrize(
    ("line", "config", "severity"),
    [
        pytest.param("<27>x: y", {"least": "err"}, "major", id="as bad as the threshold"),
        pytest.param("<26>x: y", {"least": "err"}, "critical", id="worse"),
        pytest.param("<28>x: y", {"least": "err"}, None, id="less bad"),
        pytest.param("<24>x: y", {"least": "none"}, None, id="no threshold"),
        pytest.param("<27>x: y", {"facilities": ["local4"]}, None, id="another facility"),
        pytest.param(
            "<163>x: y", {"facilities": ["local4"], "least": "err"}, "major", id="its own"
        ),
    ],
)
def test_the_threshold_says_which_messages_no_rule_knows_are_alarms(
    line: str, config: Line, severity: str | None
) -> None:
    event = judge(line, **config).event

    assert (event and event["perceived_severity"]) == severity


def test_a_rule_that_ignores_keeps_a_message_from_the_threshold() -> None:
    rules = [{"name": "noise", "raise": "chatter", "ignore": True}]

    verdict = judge("<27>x: chatter", rules=rules, least="err")

    assert (verdict.event, verdict.rule) == (None, "noise")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"raise": "(a"}, "raise", id="brackets"),
        pytest.param({"raise": "(?=a)b"}, "raise", id="look-around"),
        pytest.param({"raise": r"(a)\1"}, "raise", id="a back-reference"),
        pytest.param({"key": "{peer}"}, "key", id="a group it does not have"),
        pytest.param({"clear": "up"}, "key", id="a group that clear does not have"),
        pytest.param({"key": "{text}", "clear": "(?P<port>u)"}, "key", id="what always differs"),
        pytest.param({"severity": "cleared"}, "severity", id="no severity of a raise"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_by_field(changes: Line, field: str) -> None:
    rule = {"name": "r", "raise": "link (?P<port>[^ ]+) down", "key": "{port}", **changes}

    assert [one.pointer for one in check_rules([rule])] == [f"/rules/0/{field}"]


def test_a_pattern_that_would_hang_others_takes_no_time() -> None:
    rules = [{"name": "bomb", "raise": "(a+)+$"}]

    verdict = judge("<27>" + "a" * 8_000 + "b", rules=rules, least="none")

    assert verdict.event is None


@given(st.lists(st.binary(min_size=1, max_size=40)), st.data())
def test_counted_messages_come_out_as_they_went_in(sent: list[bytes], draw: st.DataObject) -> None:
    stream = b"".join(b"%d %b" % (len(one), one) for one in sent)

    assert _cut(stream, draw) == sent


@given(st.lists(st.text(alphabet="<>abc :", min_size=1, max_size=40)), st.data())
def test_lines_come_out_as_they_went_in(sent: list[str], draw: st.DataObject) -> None:
    lines = [one.encode() for one in sent]

    assert _cut(b"".join(one + b"\n" for one in lines), draw) == lines


@given(st.lists(st.binary(max_size=100), max_size=20))
def test_any_stream_is_cut_or_refused(chunks: list[bytes]) -> None:
    framer = Framer()
    with suppress(FramingError):
        for chunk in chunks:
            framer.feed(chunk)
        framer.end()


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(b"<13>" + b"a" * 70_000, id="an endless line"),
        pytest.param(b"99999 a", id="a count too large"),
        pytest.param(b"1234567 a", id="a count without end"),
    ],
)
def test_a_stream_that_grows_without_end_is_refused(stream: bytes) -> None:
    with pytest.raises(FramingError):
        Framer().feed(stream)


def _cut(stream: bytes, draw: st.DataObject) -> list[bytes]:
    framer, found = Framer(), []
    while stream:
        size = draw.draw(st.integers(1, len(stream)))
        found += framer.feed(stream[:size])
        stream = stream[size:]
    return found


def test_a_counted_message_that_did_not_come_whole_is_told() -> None:
    framer = Framer()

    assert framer.feed(b"40 <27>fan") == []
    with pytest.raises(FramingError, match="before a counted message was whole"):
        framer.end()
    assert framer.end() == b""


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        pytest.param(b"", "an empty message", id="nothing"),
        pytest.param(b"\0 \r\n", "an empty message", id="blanks"),
        pytest.param(b"\xff\xfe", "no priority, and 2 octets that are no text", id="no text"),
        pytest.param(b"\x01\x02ab", "no priority, and 4 octets that are no text", id="controls"),
        pytest.param(b"<27>\xff\xfe", "", id="a priority"),
        pytest.param(b"fan failed", "", id="no priority"),
        pytest.param("Lüfter defekt".encode("latin-1"), "", id="in another encoding"),
    ],
)
def test_what_is_no_message_is_told_from_what_a_person_could_read(
    octets: bytes, reason: str
) -> None:
    assert unreadable(octets) == reason
