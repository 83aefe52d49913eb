"""People say what they want in their own words, and find the block that does it."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path

import pytest

from blocks.registry import standard_registry
from designer.palette.finding import fields_of, words_of
from designer.workflows.palette import catalogue

SEARCH = Path(__file__).parents[4] / "static" / "js" / "canvas" / "search.js"
ASKS = """
const { searchEntries, wordsOf } = await import(process.argv[1]);
let sent = ""; for await (const part of process.stdin) sent += part;
const { entries, queries, texts } = JSON.parse(sent);
const found = queries.map((one) => searchEntries(entries, one).map(({ entry }) => entry.name));
console.log(JSON.stringify({ found, words: texts.map(wordsOf) }));
"""
SHOWN_FIRST = 3
INTENTS = [
    ("tell someone", "send-email"),
    ("tell someone on their phone", "send-sms"),
    ("open a ticket", "create-trouble-ticket"),
    ("wait", "wait"),
    ("delay", "wait"),
    ("is it open?", "quiet-hours"),
    ("is there a ticket already", "find-trouble-tickets"),
    ("call an API", "http-request"),
    ("mail", "send-email"),
    ("email", "send-email"),
    ("emial", "send-email"),
    ("slack", "send-chat-message"),
    ("text message", "send-sms"),
    ("if", "branch"),
    ("loop", "for-each"),
    ("ask a person", "approval"),
    ("wake somebody", "open-incident"),
    ("close an alarm", "clear-alarm"),
    ("restart a router", "run-device-command"),
    ("port status", "interface-status"),
    ("who is affected", "service-impact"),
    ("root cause", "common-cause"),
    ("too many alarms", "throttle"),
    ("ignore for a while", "shelve-alarm"),
    ("who owns it", "look-up-inventory"),
    ("python", "code"),
    ("ticekt", "create-trouble-ticket"),
    ("sub-workflow", "call-workflow"),
    ("stop", "end"),
    ("excel", "read-csv"),
    ("average", "summarise-numbers"),
    ("at night", "quiet-hours"),
    ("anomaly", "unusual-value"),
    ("remember", "set-variables"),
    ("every day", "trigger:schedule"),
    ("when an alarm comes", "trigger:rule"),
]
TEXTS = ["Größe: E-Mail senden", "Wait, 2 h", "Ça va? déjà-vu", "a_b c"]


@cache
def answers() -> tuple[dict[str, list[str]], list[list[str]]]:
    """Ask the search of the canvas all of it at once."""
    entries = list(catalogue(standard_registry(), lambda _: "puzzle").values())
    queries = [words for words, _ in INTENTS]
    sent = json.dumps({"entries": entries, "queries": queries, "texts": TEXTS})
    done = subprocess.run(
        ["node", "--input-type=module", "-e", ASKS, SEARCH.as_uri()],
        input=sent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return dict(zip(queries, told["found"], strict=True)), told["words"]


@pytest.mark.parametrize(("words", "block"), INTENTS, ids=[words for words, _ in INTENTS])
def test_what_somebody_wants_is_among_the_first_three(words: str, block: str) -> None:
    wanted = block if ":" in block else f"garland.{block}"

    assert wanted in answers()[0][words][:SHOWN_FIRST]


def test_an_exact_title_is_the_first() -> None:
    assert answers()[0]["wait"][0] == "garland.wait"


def test_words_are_taken_apart_alike_on_both_sides() -> None:
    assert answers()[1] == [words_of(one) for one in TEXTS]


def test_a_word_with_a_dash_is_found_without_it() -> None:
    title = fields_of("Send e-mail", (), "Notify", "", is_core=True)[0]

    assert "email" in title[2]
