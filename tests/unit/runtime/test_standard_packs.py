"""The packs that come with Garland: each block is in one, and what they bring works."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from blocks.brokers.mail import MailBroker
from blocks.registry import standard_registry
from runtime.packs.parts import TABLE, WORKFLOW, Part, parts_of
from runtime.packs.standard import blocks_of_pack, pack_of_block, standard_packs
from runtime.rehearsal.playing import Rehearsal
from runtime.rehearsal.services import FileServices
from runtime.runs.outside import Brokers
from tests.factories.tenancy import NOON
from tests.unit.runtime.rehearsal.test_playing import FlakyHttp

ALARM = {
    "id": "a1",
    "managed_object": "ZRH-1/eth0",
    "perceived_severity": "major",
    "specific_problem": "Link down",
    "text": "The link to Bern is down",
    "attributes": {"site": "ZRH-1"},
}
PLAYED = {
    "Acknowledge and e-mail critical alarms": ["mail done", "ack done"],
    "Escalate what stays open": ["clear happened", "gone done"],
    "Ask before a change": ["ask approved", "change done"],
    "Check a system every morning": ["call done", "fine done"],
    "Note the site with an alarm": ["site found", "note done"],
    "E-mail, but not at night": ["night open", "mail done"],
}
"""The way through each workflow where others answer as the blocks' examples say."""
PARTS = {one.manifest["id"]: parts_of(one) for one in standard_packs()}
FLOWS = [
    pytest.param(part, parts, trigger, id=f"{pack_id} {part.title} {trigger}")
    for pack_id, parts in PARTS.items()
    for part in parts
    if part.kind == WORKFLOW
    for trigger in part.document["triggers"]
]


def test_every_block_that_comes_with_garland_is_in_exactly_one_pack() -> None:
    there = Counter(one.manifest.id for one in standard_registry().all())
    packed = Counter(block for pack_id in PARTS for block in blocks_of_pack(pack_id))

    strays = there - packed
    assert not strays, f"put {sorted(strays)} into blocks/standard_packs/<pack>/blocks.json"
    assert packed == there


def test_a_block_says_which_pack_it_is_of() -> None:
    assert pack_of_block("garland.acknowledge-alarm") == ("garland.alarms", "Alarms")
    assert pack_of_block("acme.say") is None


@pytest.mark.parametrize(("part", "parts", "trigger"), FLOWS)
def test_its_workflows_go_their_way_to_the_end(
    part: Part, parts: tuple[Part, ...], trigger: str
) -> None:
    tables = {one.title: one.document["rows"] for one in parts if one.kind == TABLE}
    brokers = Brokers(http=FlakyHttp(), mail=MailBroker())
    services = FileServices(brokers=brokers, tables=tables, alarm=ALARM)
    rehearsal = Rehearsal(registry=standard_registry(), services=services, mock=True)
    kind = part.document["triggers"][trigger]["kind"]
    started: dict[str, Any] = {"kind": kind, "alarm": ALARM, "input": {}}

    done = rehearsal.play(part.document, started, trigger, NOON)

    assert done.state == "succeeded"
    assert [f"{line.step} {line.port}" for line in done.trace] == PLAYED[part.title]
