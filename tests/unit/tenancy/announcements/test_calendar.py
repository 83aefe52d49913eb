"""The calendar file of a maintenance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.announcements.calendar import LINE_OCTETS, Entry, folded, write_calendar
from tests.support.size import examples

STARTS = datetime(2026, 12, 1, 0, tzinfo=UTC)


def entry(*, title: str = "Work", text: str = "All of it") -> Entry:
    return Entry(
        uid="u",
        title=title,
        text=text,
        link="https://a.example",
        sequence=2,
        starts=STARTS,
        ends=STARTS + timedelta(hours=4),
        changed_at=STARTS,
    )


def test_a_calendar_reads_when_the_work_is() -> None:
    lines = write_calendar(entry(title="Zurich; Bern"), product="Aurora").split("\r\n")

    assert "DTSTART:20261201T000000Z" in lines
    assert "DTEND:20261201T040000Z" in lines
    assert "SUMMARY:Zurich\\; Bern" in lines
    assert "PRODID:-//Aurora//Announcements//EN" in lines


@settings(max_examples=examples(80))
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=400))
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    written = write_calendar(entry(text=text), product="x")
    lines = written.split("\r\n")

    assert all(len(line.encode()) <= LINE_OCTETS for line in lines)
    unfolded = written.replace("\r\n ", "")
    assert unfolded.count("\r\nBEGIN:") == 1
    assert unfolded.count("\r\nDTSTART:") == 1


@settings(max_examples=examples(50))
@given(st.text(max_size=300))
def test_folding_loses_nothing(line: str) -> None:
    parts = list(folded(line))

    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line
