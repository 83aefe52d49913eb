"""Cards for chats: what text of others may not do, and what every chat takes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.standard._chat_cards import COLOURS, WRITE, card_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LURES = st.sampled_from(["<!channel>", "<@U1>", "@here", "@Everyone", "<https://x|y>", "a & b"])
CHATS = sorted(WRITE)


@given(st.lists(LURES | TEXTS, min_size=1, max_size=6).map(" ".join))
def test_what_slack_and_mattermost_read_calls_nobody_and_links_nowhere(text: str) -> None:
    sent = json.dumps(WRITE["slack"](card_of(text, text + "!", "", {text[:9] or "a": text}, "")))

    assert "<" not in sent
    assert not any(word in sent.casefold() for word in ("@here", "@channel", "@all", "@everyone"))


@pytest.mark.parametrize("chat", CHATS)
def test_a_very_long_message_is_cut_to_what_chats_take(chat: str) -> None:
    facts = {f"{number} " + "n" * 200: "v" * 5_000 for number in range(60)}

    sent = json.dumps(WRITE[chat](card_of("t" * 1_000, "x" * 50_000, "major", facts, "")))

    assert len(sent) < 28 * 1024  # Teams' limit, the smallest of them
    assert sent.count("v" * 100) <= 20 * 5


@pytest.mark.parametrize("chat", ["slack", "google-chat", "discord"])
@pytest.mark.parametrize("severity", sorted(COLOURS))
def test_the_colour_says_how_bad_it_is(chat: str, severity: str) -> None:
    sent = json.dumps(WRITE[chat](card_of("Down", "", severity, {}, "")))

    colour = COLOURS[severity]
    assert (str(int(colour[1:], 16)) if chat == "discord" else colour) in sent
