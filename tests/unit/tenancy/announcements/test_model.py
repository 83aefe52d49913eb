"""What an announcement may say."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import InvalidError
from tenancy.announcements.model import parse_announcement, said_document
from tests.factories.announcements import said, work

NOBODY = "0191e0c5-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param(said(title=" "), "/title", id="no title"),
        pytest.param(said(text="x" * 5_001), "/text", id="too long"),
        pytest.param(said(text="a\x00"), "/text", id="no database keeps it"),
        pytest.param(said(kind="rumour"), "/kind", id="no such kind"),
        pytest.param(said(kind="maintenance"), "/work_starts", id="no times of work"),
        pytest.param(work(hours=0), "/work_ends", id="work that takes no time"),
        pytest.param(work(kind="information"), "/work_starts", id="work of no maintenance"),
        pytest.param(said(zone="Mars/Olympus"), "/zone", id="no such zone"),
        pytest.param(said(shown_from="soon"), "/shown_from", id="no instant"),
        pytest.param(
            said(shown_from="2026-12-02T00:00:00Z", shown_until="2026-12-01T00:00:00Z"),
            "/shown_until",
            id="ends before it begins",
        ),
        pytest.param(said(audience={"whom": "plan"}), "/audience/plan_id", id="no plan"),
        pytest.param(
            said(audience={"whom": "chosen", "organisation_ids": ["x"]}),
            "/audience/organisation_ids",
            id="no id",
        ),
        pytest.param("text", "", id="no object"),
    ],
)
def test_is_refused_naming_the_field(document: Any, pointer: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_announcement(document)

    assert pointer in [one.pointer for one in refused.value.problems]


@pytest.mark.parametrize(
    "document",
    [
        said(),
        work(mails=True, dismissable=False),
        said(audience={"whom": "chosen", "organisation_ids": [NOBODY]}),
        said(audience={"whom": "all", "below_resellers": False}),
    ],
)
def test_what_is_written_is_read_alike(document: Any) -> None:
    parsed = parse_announcement(document)

    assert parse_announcement(said_document(parsed)) == parsed
