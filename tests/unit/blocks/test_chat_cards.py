"""Cards for chats: what text of others may not do, and what every chat takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.standard._chat_cards import COLOURS, WRITE, Card, card_of

LURES = (
    *("<!channel>", "<@U1>", "@here", "@Everyone", "@ann", "<https://x|y>", "a & b", "&lt;"),
    *("[x](http://evil.example)", "**b**", "_i_", "~~s~~", "||spoiler||", "`c`", "```\nd\n```"),
    *("\n# big", "\n- a", "\n2. b", "\n===", "\n> q", "\\", "\\*c*", "{{TIME(1)}}", "<at>A</at>"),
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SAID = st.lists(st.sampled_from(LURES) | TEXTS, min_size=1, max_size=6).map(" ".join)
CHATS = sorted(WRITE)
MARKDOWN = ["mattermost", "teams", "discord"]


def texts(sent: Any) -> Iterator[str]:
    """List every text of a message."""
    if isinstance(sent, str):
        yield sent
    elif isinstance(sent, dict | list):
        for one in sent.values() if isinstance(sent, dict) else sent:
            yield from texts(one)


def written(sent: Any) -> list[str]:
    """List the texts of a message that people read."""
    return [one for one in texts(sent) if not re.fullmatch(r"#[0-9a-f]{6}|http\S+|1\.4", one)]


def card(text: str) -> Card:
    return card_of(text, text + "!", "", {text[:9] or "a": text}, "")


@pytest.mark.parametrize("chat", ["slack", "mattermost", "discord", "teams"])
@given(SAID)
def test_what_a_chat_reads_calls_nobody(chat: str, text: str) -> None:
    sent = WRITE[chat](card(text))

    words = ("@here", "@channel", "@all", "@everyone")
    assert not any(word in one.casefold() for one in texts(sent) for word in words)
    if chat == "discord":
        assert sent["allowed_mentions"] == {"parse": []}


@given(SAID)
def test_slack_reads_no_link_and_is_told_that_nothing_is_markup(text: str) -> None:
    sent = WRITE["slack"](card(text))

    assert not any("<" in one for one in texts(sent))
    assert sent["attachments"][0]["mrkdwn_in"] == []


@pytest.mark.parametrize("chat", MARKDOWN)
@given(SAID)
def test_what_a_chat_reads_as_markdown_comes_out_as_text(chat: str, text: str) -> None:
    sent = WRITE[chat](card(text))

    for one in written(sent):
        left = re.sub(r"\\[!-/:-@\[-`{-~]", "x", one)  # what CommonMark takes for the character
        assert not re.search(r"[`*_~|<>\[\]{}]", left)
        assert not re.search(r"^[ \t]*([#=+-]|\d+[.)](\s|$))", left, re.MULTILINE)


@pytest.mark.parametrize("chat", MARKDOWN)
def test_what_is_no_markup_stays_as_it_is(chat: str) -> None:
    said = "Port ge-0/0/1 (slot 3): loss of signal, 99.5 %, ann@example.com"

    assert said in list(texts(WRITE[chat](card_of(said, "", "", {}, ""))))


@pytest.mark.parametrize("filler", ["x", "*", "\\"])
def test_discord_gets_no_more_than_it_takes(filler: str) -> None:
    facts = {f"{number}": filler * 900 for number in range(30)}

    (embed,) = WRITE["discord"](card_of(filler * 900, filler * 9_000, "", facts, ""))["embeds"]

    fields = [text for field in embed["fields"] for text in (field["name"], field["value"])]
    assert sum(map(len, [embed["title"], embed["description"], *fields])) <= 6_000
    assert (len(embed["title"]) <= 256, len(embed["description"]) <= 4_096) == (True, True)
    assert len(embed["fields"]) >= 5
    for one in texts(embed):  # no cut leaves a backslash alone
        assert "\\" not in re.sub(r"\\.", "", one)


@pytest.mark.parametrize("chat", CHATS)
@pytest.mark.parametrize("filler", ["v", "*"])
def test_a_very_long_message_is_cut_to_what_chats_take(chat: str, filler: str) -> None:
    facts = {f"{number} " + "n" * 200: filler * 5_000 for number in range(60)}

    sent = json.dumps(WRITE[chat](card_of("t" * 1_000, "x" * 50_000, "major", facts, "")))

    if chat != "mattermost":  # which takes 16,383 characters of text and any number of facts
        assert len(sent) < 28 * 1024  # Teams' limit, the smallest of them
    assert sent.count("v" * 100) <= 20 * 5


@pytest.mark.parametrize("chat", ["slack", "mattermost", "google-chat", "discord"])
@pytest.mark.parametrize("severity", sorted(COLOURS))
def test_the_colour_says_how_bad_it_is(chat: str, severity: str) -> None:
    sent = json.dumps(WRITE[chat](card_of("Down", "", severity, {}, "")))

    colour = COLOURS[severity]
    assert (str(int(colour[1:], 16)) if chat == "discord" else colour) in sent
