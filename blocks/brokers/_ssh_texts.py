r"""What a device writes, made readable: without colours, erased characters and pages."""

from __future__ import annotations

import re

KEPT_MAX = 1024 * 1024
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*\x07?|\x1b[ -/]*[0-~]")
_BACK = re.compile(r"\x1b\[([0-9]{1,3})D")
_BACK_MAX = 80
_PAGER = re.compile(
    r"(?i)((^|\s)<?-{1,8} ?\(?more\b[^\n-]{0,20}-{1,8}>?(,[^\n]{0,80})?"
    r"|press any key[^\n]{0,60}|\(end\)|lines? [0-9]+-[0-9]+[^\n]{0,30})$"
)
_ENDS = re.compile(r"(?<!\r)\r+\n")
"""A run of carriage returns is looked at from its beginning alone, else it costs its square."""
_TURNED = re.compile(r"(?i)^[ <]?-{1,8} ?\(?more\b[^\n-]{0,40}-{1,8}>?")
"""A pager that was turned stands at the beginning of its line, before what came next."""
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Tail:
    """The end of what came: of more than 1 MB the beginning is let go."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self.is_cut = False

    def add(self, data: bytes) -> None:
        """Take more."""
        self._kept += data
        if len(self._kept) > 2 * KEPT_MAX:
            self._shorten()

    def text(self) -> str:
        """Give it as text: UTF-8, with what is not UTF-8 replaced."""
        if len(self._kept) > KEPT_MAX:
            self._shorten()
        return self._kept.decode("utf-8", errors="replace")

    def end(self, size: int) -> str:
        """Give the last bytes as text."""
        return bytes(self._kept[-size:]).decode("utf-8", errors="replace")

    def _shorten(self) -> None:
        self.is_cut = True
        del self._kept[:-KEPT_MAX]


def readable(text: str) -> str:
    r"""Take out what steers a screen: colours, erased characters, carriage returns, pagers.

    >>> readable("a\r\n--More--\x08\x08\x08\x08\x08\x08\x08\x08        \r\x1b[1mb\x1b[0m\r\n")
    'a\nb\n'
    """
    plain = _ENDS.sub("\n", _unsteered(text))
    return "\n".join(_TURNED.sub("", _shown(line)) for line in plain.split("\n"))


def last_line(text: str) -> str:
    """Give what stands on the line that is not ended yet, readable."""
    return _shown(_unsteered(text.rpartition("\n")[2]))


def is_pager(line: str) -> bool:
    """Tell whether a device waits with a page full.

    >>> is_pager(" --More-- "), is_pager("---(more 42%)---"), is_pager("router#")
    (True, True, False)
    """
    return bool(_PAGER.search(line.strip()))


def _unsteered(text: str) -> str:
    """Take out what steers a screen, but for going back, which is written over."""
    steps = _BACK.sub(lambda back: "\x08" * min(int(back[1]), _BACK_MAX), text)
    return _COLOURS.sub("", steps)


def _shown(line: str) -> str:
    """Give a line as it stands on a screen in the end."""
    if "\x08" in line or "\r" in line:
        line = _written_over(line)
    return _UNSEEN.sub("", line)


def _written_over(line: str) -> str:
    shown: list[str] = []
    at = 0
    for sign in line:
        if sign == "\x08":
            at = max(at - 1, 0)
        elif sign == "\r":
            at = 0
        else:
            shown[at : at + 1] = sign
            at += 1
    return "".join(shown).rstrip() if shown else ""
