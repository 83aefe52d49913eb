"""Listings of the marketplace: the real blocks and packs, and made-up ones beside them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from blocks.packs import PACK_FILE, STANDARD_PACKS, pack_folders
from blocks.registry import standard_registry
from marketplace.search.entries import Listed, entry_of_block, entry_of_pack
from marketplace.search.model import Entry, Kind, PriceKind
from tests.factories.tenancy import NOON

SYSTEMS = {
    "ServiceNow": ("tickets", "incident change cmdb itsm"),
    "Jira Service Management": ("tickets", "jira atlassian issue itsm"),
    "BMC Remedy": ("tickets", "remedy helix incident itsm"),
    "Zendesk": ("tickets", "helpdesk support"),
    "Salesforce": ("tickets", "crm customer case"),
    "Cisco IOS XE": ("devices", "cisco router switch netconf cli"),
    "Cisco Meraki": ("devices", "cisco meraki wifi access point"),
    "Juniper Junos": ("devices", "juniper router netconf"),
    "Nokia NSP": ("devices", "nokia transport mpls"),
    "Nokia AMS": ("devices", "nokia olt gpon fibre access"),  # codespell:ignore olt
    "Ericsson ENM": ("devices", "ericsson ran radio 5g base station"),
    "Huawei U2020": ("devices", "huawei ran radio 4g"),
    "Ciena MCP": ("devices", "ciena optical dwdm"),
    "Fortinet FortiGate": ("devices", "firewall vpn security"),
    "Palo Alto": ("devices", "firewall security"),
    "MikroTik": ("devices", "routeros router wireless"),
    "APC UPS": ("devices", "power ups battery rectifier"),
    "Slack": ("notify", "chat message channel"),
    "Microsoft Teams": ("notify", "chat message channel office"),
    "WhatsApp": ("notify", "chat message phone"),
    "Twilio": ("notify", "sms voice call phone"),
    "PagerDuty": ("notify", "on-call escalation pager"),
    "Opsgenie": ("notify", "on-call escalation pager"),
    "Telegram": ("notify", "chat message bot"),
    "NetBox": ("connect", "inventory ipam rack site"),
    "Infoblox": ("connect", "dns dhcp ipam"),
    "Kafka": ("connect", "stream topic events"),
    "Splunk": ("connect", "logs search siem"),
    "Elasticsearch": ("connect", "logs search index"),
    "Grafana": ("connect", "dashboard graph metrics"),
    "Prometheus": ("connect", "metrics alert monitoring"),
    "Zabbix": ("connect", "monitoring host trigger"),
    "InfluxDB": ("connect", "time series metrics database"),
    "Snowflake": ("data", "warehouse sql table"),
    "PostgreSQL": ("data", "database sql query"),
    "Excel": ("data", "spreadsheet csv table"),
    "Google Sheets": ("data", "spreadsheet table"),
    "SAP": ("connect", "erp order stock"),
    "AWS": ("connect", "cloud amazon s3 lambda"),
    "Azure": ("connect", "cloud microsoft"),
    "Kubernetes": ("connect", "k8s pod cluster container"),
    "Ansible": ("connect", "automation playbook"),
    "OpenWeather": ("data", "weather forecast storm"),
    "Starlink": ("devices", "satellite terminal"),
}
DEEDS = {
    "tickets": ("Open an incident in", "Close incidents in", "Comment in", "Look up tickets in"),
    "devices": (
        "Read interface counters of",
        "Restart a port of",
        "Back up the configuration of",
        "Show neighbours of",
        "Check optical power of",
    ),
    "notify": ("Send a message by", "Escalate by", "Ask a question by"),
    "connect": ("Query", "Push events to", "Sync from"),
    "data": ("Read rows from", "Write rows to"),
}
_BYLINES = ("", " (lite)", " for wholesale", " with retries", " in bulk", " for field teams")
_FIRST = ("Bauble", "Aurora", "Harbour", "Granite", "Meridian", "Copper", "Signal", "Beacon")
_SECOND = ("works", "Networks", "Labs", "Telecom", "Systems", "Software", "Partners", "Data")
_SAYS = (
    "Put it behind a rule for critical alarms, and it acts once for each of them.",
    "What the other side answers leaves by the port done, as it came.",
    "It waits and tries again where the server is busy, three times as a rule.",
    "Give the connection an account that may do nothing else.",
    "The managed object of the alarm names the device; its site is taken from the inventory.",
    "Where a link is down it says since when, and on which port.",
    "It needs no agent on the device, and changes nothing there.",
    "Planned work is respected: during maintenance nothing is sent.",
)
_LICENCES = ("Apache-2.0", "MIT", "GPL-3.0-only", "LicenseRef-Commercial")
_QUALITY = ("none", "bronze", "silver", "gold", "platinum")


def make_entry(**fields: Any) -> Entry:
    """Make a listing with what is given, and something plain for the rest."""
    plain = Entry(
        listing_id="acme.lamp",
        kind=Kind.BLOCK,
        title="Lamp",
        summary="Switch a lamp",
        publisher="acme",
        publisher_name="Acme",
        version="1.0.0",
        licence="MIT",
        updated_at=NOON,
    )
    return replace(plain, **fields)


@cache
def real_entries() -> tuple[Entry, ...]:
    """Make the listings of the blocks and packs that come with Garland."""
    listed = Listed(publisher_name="Garland", updated_at=NOON, quality="gold", proven_uses=50)
    blocks = [entry_of_block(one.manifest, one.readme, listed) for one in standard_registry().all()]
    packs = [entry_of_pack(_said(one), "", listed) for one in pack_folders(STANDARD_PACKS)]
    return (*blocks, *packs)


def _said(folder: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((folder / PACK_FILE).read_text("utf-8"))
    return said


def made_up_entries(count: int, *, seed: int = 8) -> Iterator[Entry]:
    """Make up so many listings, the same each time: what integrators would offer for telecoms."""
    dice = random.Random(seed)  # noqa: S311  the same listings each time
    names = [f"{first} {second}" for first in _FIRST for second in _SECOND]
    pages = [one.docs for one in real_entries() if one.docs]
    for number in range(count):
        yield _made_up(dice, number, dice.choice(names), dice.choice(pages))


def _made_up(dice: random.Random, number: int, publisher: str, page: str) -> Entry:
    system, (category, words) = dice.choice(list(SYSTEMS.items()))
    deed = dice.choice(DEEDS[category])
    has_rating = dice.random() < 0.6
    namespace = publisher.lower().replace(" ", "-")
    return Entry(
        listing_id=f"{namespace}.{system.lower().replace(' ', '-')}-{number}",
        kind=Kind.PACK if dice.random() < 0.1 else Kind.BLOCK,
        title=f"{deed} {system}{dice.choice(_BYLINES)}",
        summary=f"{deed} {system} from a workflow, and hand on what came of it",
        publisher=namespace,
        publisher_name=publisher,
        version=f"{dice.randrange(1, 5)}.{dice.randrange(20)}.0",
        licence=dice.choice(_LICENCES),
        updated_at=NOON - timedelta(minutes=dice.randrange(1_000_000)),
        categories=(category,),
        keywords=tuple(words.split()),
        docs=" ".join((*dice.sample(_SAYS, 4), page)),
        permissions=("Call servers: to reach the other side",),
        quality=dice.choice(_QUALITY),
        price=dice.choice(list(PriceKind)),
        rating=round(dice.uniform(1, 5), 1) if has_rating else None,
        proven_uses=int(dice.paretovariate(0.8)) - 1,
    )
