"""Commands for devices: what is written has places, and what fills them is one word each.

What fills a place comes from alarms, inventories and people. It is never quoted: the command lines
of devices quote in ways of their own, and some in none. So a value is a word of few characters, in
which no shell and no device sees the end of a command, an option or another file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from blocks.outcomes import BlockError

COMMAND_MAX = 1_000
WORD_MAX = 200
_PLACE = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_SIDE_BY_SIDE = re.compile(_PLACE.pattern + r"\{[a-z][a-z0-9_]{0,39}\}")
_OPTION = re.compile(r"(?<![^\s\"'])-+" + _PLACE.pattern)
_WORD = re.compile(r"[A-Za-z0-9_./:@,+-]+")
_UNSEEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def filled_command(template: str, values: Mapping[str, str]) -> str:
    """Give a command with words in its places.

    Args:
        template: One line, such as `show interface {port}`; begins with no place, has no two side
            by side and none right behind the dash of an option.
        values: By the place's name.

    Raises:
        BlockError: `ssh.bad_command` for what is no single command, or has a place without a
            value; `ssh.bad_value` for a value that is no plain word, or makes two dots with what
            stands beside it.

    >>> filled_command("show interface {port}", {"port": "ge-0/0/1"})
    'show interface ge-0/0/1'
    """
    why = why_no_command(template)
    if why:
        raise _bad_command(f"The command {why}.")
    _check_places(template)
    _check_names(template, values)
    words = {name: _word(name, value) for name, value in values.items()}
    for place in _PLACE.finditer(template):
        _check_joints(template, place, words[place[1]])
    return _PLACE.sub(lambda place: words[place[1]], template)


def filled_document(template: str, values: Mapping[str, str]) -> str:
    """Give XML with texts in its places; they are escaped, and so become no elements.

    Raises:
        BlockError: `netconf.bad_config` for a place without a value, or what XML cannot hold.

    >>> filled_document("<mtu>{mtu}</mtu>", {"mtu": "<9000>"})
    '<mtu>&lt;9000&gt;</mtu>'
    """
    names = set(_PLACE.findall(template))
    if names != set(values):
        raise BlockError("netconf.bad_config", _odd_names(names, values), retryable=False)
    for name, value in values.items():
        if _UNSEEN.search(value):
            message = f"The value for {name} holds a character that XML cannot hold."
            raise BlockError("netconf.bad_config", message, retryable=False)
    texts = {name: escape(value, {'"': "&quot;", "'": "&apos;"}) for name, value in values.items()}
    return _PLACE.sub(lambda place: texts[place[1]], template)


def why_no_command(text: str) -> str:
    r"""Say why a text is no single command; "" when it is one.

    >>> why_no_command("show version"), why_no_command("a\nb")
    ('', 'holds a line break or another character that nobody sees: write one command a line')
    """
    if not text.strip():
        return "is empty: write one"
    if len(text) > COMMAND_MAX:
        return f"is longer than {COMMAND_MAX} characters: shorten it"
    if not text.isprintable():
        return "holds a line break or another character that nobody sees: write one command a line"
    return ""


def why_no_word(value: str) -> str:
    """Say why a value may not stand in a command; "" when it may.

    >>> why_no_word("ge-0/0/1"), why_no_word("-f"), why_no_word("a;b")[:20]
    ('', 'begins with a dash, which would make it an option', 'is not one plain wor')
    """
    if not value or len(value) > WORD_MAX:
        return f"is empty or longer than {WORD_MAX} characters"
    if not _WORD.fullmatch(value):
        return "is not one plain word: letters, digits and _ . / : @ , + - alone may stand there"
    if value.startswith("-"):
        return "begins with a dash, which would make it an option"
    if ".." in value:
        return "holds two dots, which would lead to another folder"
    return ""


def _word(name: str, value: str) -> str:
    why = why_no_word(value)
    if why:
        shown = value[:40] if value.isprintable() else "a text with characters that nobody sees"
        raise _bad_value(name, shown, why)
    return value


def _check_places(template: str) -> None:
    """Refuse places where a value would say more than one word of the command."""
    if _PLACE.match(template.lstrip()):
        raise _bad_command("The command begins with a place: write which command it is.")
    if _SIDE_BY_SIDE.search(template):
        raise _bad_command("The command has two places side by side: fill one with both.")
    if _OPTION.search(template):
        raise _bad_command("A place stands behind a dash: write which option it is.")


def _check_joints(template: str, place: re.Match[str], word: str) -> None:
    """Refuse a word that makes two dots with what stands beside it."""
    before, after = template[: place.start()], template[place.end() :]
    if (before.endswith(".") and word.startswith(".")) or (
        word.endswith(".") and after.startswith(".")
    ):
        why = "makes two dots with the one beside it, which would lead to another folder"
        raise _bad_value(place[1], word[:40], why)


def _check_names(template: str, values: Mapping[str, str]) -> None:
    names = set(_PLACE.findall(template))
    if not names <= set(values):
        raise _bad_command(_odd_names(names, values))


def _odd_names(names: set[str], values: Mapping[str, str]) -> str:
    lacking, unused = sorted(names - set(values)), sorted(set(values) - names)
    if lacking:
        return f"There is no value for {{{lacking[0]}}}: give one, or correct the name."
    return f"The value {unused[0]} has no place: write {{{unused[0]}}} where it belongs."


def _bad_value(name: str, shown: str, why: str) -> BlockError:
    message = f"The value for {name} ({shown}) {why}."
    return BlockError("ssh.bad_value", message, retryable=False)


def _bad_command(message: str) -> BlockError:
    return BlockError("ssh.bad_command", message, retryable=False)
