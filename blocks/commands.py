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
_WORD = re.compile(r"[A-Za-z0-9_./:@,+-]+")
_UNSEEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def filled_command(template: str, values: Mapping[str, str]) -> str:
    """Give a command with words in its places.

    Args:
        template: One line, such as `show interface {port}`; begins with no place.
        values: By the place's name.

    Raises:
        BlockError: `ssh.bad_command` for what is no single command, or has a place without a
            value; `ssh.bad_value` for a value that is no plain word.

    >>> filled_command("show interface {port}", {"port": "ge-0/0/1"})
    'show interface ge-0/0/1'
    """
    why = why_no_command(template)
    if why:
        raise _bad_command(f"The command {why}.")
    if _PLACE.match(template.lstrip()):
        raise _bad_command("The command begins with a place: write which command it is.")
    _check_names(template, values)
    words = {name: _word(name, value) for name, value in values.items()}
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
        message = f"The value for {name} ({shown}) {why}."
        raise BlockError("ssh.bad_value", message, retryable=False)
    return value


def _check_names(template: str, values: Mapping[str, str]) -> None:
    names = set(_PLACE.findall(template))
    if not names <= set(values):
        raise _bad_command(_odd_names(names, values))


def _odd_names(names: set[str], values: Mapping[str, str]) -> str:
    lacking, unused = sorted(names - set(values)), sorted(set(values) - names)
    if lacking:
        return f"There is no value for {{{lacking[0]}}}: give one, or correct the name."
    return f"The value {unused[0]} has no place: write {{{unused[0]}}} where it belongs."


def _bad_command(message: str) -> BlockError:
    return BlockError("ssh.bad_command", message, retryable=False)
