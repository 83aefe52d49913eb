"""What people who run a network type, and what has to stand among the first three.

After `=` stands what the title of each of these has to hold. The listings are the real blocks and
packs that come with Garland, some by others, and 400 made-up ones whose pages hold the same words.
"""

from __future__ import annotations

from functools import cache

import pytest

from marketplace.search.model import Entry, Query
from marketplace.search.shelf import Shelf, Shelved
from marketplace.search.words import words_in
from tests.factories.listings import made_up_entries, make_entry, real_entries

FIRST = 3
OTHERS = (
    ("bauble.snow-incident", "ServiceNow incident", "tickets", "itsm ticket"),
    ("bauble.cisco-config", "Cisco configuration", "devices", "router switch running-config"),
    ("aurora.weather", "Weather at a site", "data", "storm forecast lightning"),
    ("aurora.fibre", "Locate a fibre cut", "devices", "otdr optical"),
    ("harbour.whatsapp", "Message by WhatsApp", "notify", "chat phone"),
    ("harbour.bill", "Add to the customer's bill", "tickets", "billing invoice charge"),
)
QUERIES = (
    ("link down", "garland.flapping garland.interface-status"),
    ("servicenow", "=servicenow"),
    ("servise now", "=servicenow"),  # codespell:ignore servise
    ("service-now incident", "=servicenow =incident"),
    ("snmp walk", "garland.snmp-table"),
    ("snmp", "garland.snmp garland.snmp-get"),
    ("send email", "garland.send-email"),
    ("e-mail", "garland.send-email"),
    ("sendmail", "garland.send-email"),
    ("cisco", "=cisco"),
    ("cicso confguration", "bauble.cisco-config"),  # codespell:ignore confguration
    ("text message", "garland.send-sms"),
    ("sms", "garland.send-sms"),
    ("open a ticket", "garland.create-trouble-ticket"),
    ("troubel ticket", "garland.create-trouble-ticket"),
    ("acknowledge alarm", "garland.acknowledge-alarm"),
    ("how to clear an alarm", "garland.clear-alarm"),
    ("raise alert", "garland.raise-alarm"),
    ("wait", "garland.wait"),
    ("approval", "garland.approval"),
    ("aprove", "garland.approval"),  # codespell:ignore aprove
    ("http request", "garland.http-request"),
    ("api call", "garland.http-request"),
    ("csv", "garland.read-csv garland.write-csv"),
    ("backup config", "garland.back-up-config"),
    ("compare configs", "garland.compare-configs"),
    ("interface status", "garland.interface-status"),
    ("fiber cut", "aurora.fibre"),
    ("whatsap", "=whatsapp"),
    ("billing", "harbour.bill"),
    ("decision table", "garland.decide"),
    ("loop", "garland.for-each garland.repeat"),
    ("flap", "garland.flapping"),
    ("wea", "=weather"),
)


@cache
def shelf() -> Shelf:
    others = [
        make_entry(
            listing_id=listing_id,
            title=title,
            categories=(category,),
            keywords=tuple(words.split()),
            summary="",
        )
        for listing_id, title, category, words in OTHERS
    ]
    entries: list[Entry] = [*real_entries(), *others, *made_up_entries(400)]
    made = Shelf()
    made.put(Shelved(entry=one, words=words_in(one)) for one in entries)
    return made


def test_there_are_thirty_and_more() -> None:
    assert len(QUERIES) >= 30


@pytest.mark.parametrize(("typed", "wanted"), [pytest.param(*one, id=one[0]) for one in QUERIES])
def test_what_is_meant_stands_among_the_first(typed: str, wanted: str) -> None:
    found = shelf().find(Query(text=typed), None, limit=FIRST, after=None)

    ids = {listing_id for _, _, listing_id in found.places}
    titles = [title for _, title, _ in found.places]
    for one in wanted.split():
        assert one in ids or all(one.removeprefix("=") in title for title in titles), titles
