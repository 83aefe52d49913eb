"""What blocks that speak to devices share: kinds of device, and what of their commands only reads.

A command counts as reading when its first words are known to read, nothing in it starts a second
command or writes a file, and what an output is piped through only picks from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

REFUSED = (
    r"^\s*(% ?(invalid|incomplete|ambiguous|unknown|unrecognized|bad|error|authorization|"
    r"permission|access|command|not )|error: |syntax error|unknown command|unrecognized command|"
    r"command authorization failed|invalid (input|command)|\^$)"
)
"""What devices answer to a command that they do not take."""

PAGING_OFF = {
    "cisco": "terminal length 0",
    "juniper": "set cli screen-length 0",
    "huawei": "screen-length 0 temporary",
    "nokia": "environment no more",
}
SHOW_CONFIG = {
    "cisco": "show running-config",
    "juniper": "show configuration",
    "huawei": "display current-configuration",
    "nokia": "admin display-config",
}
SERVER = "server"
READING = (
    "show",
    "display",
    "ping",
    "traceroute",
    "tracert",
    "admin display-config",
    "info",
    "uptime",
    "df",
    "free",
    "uname",
    "ip -s link show",
    "ip addr show",
    "ip route show",
    "ss",
    "systemctl status",
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CHANGING = _words(
    """
    admin clear commit conf config configure copy debug del delete do edit enable
    erase exec format install kill load move no powershell python reboot reload
    request reset restart rm rollback run save scp set sh bash shutdown start stop
    sudo su system tclsh test undebug undo write wr
    """
)
_PICKING = _words(
    """
    begin beg count display egrep except exclude exc find grep head i inc incl
    include json last match no-more section sec tail trim wc xml
    """
)
_PARTING = re.compile(r"[;&`$<>\\!\n\r]")


def why_not_reading(command: str, also: Sequence[str] = ()) -> str:
    """Say why a command is not known to only read; "" when it is.

    Args:
        command: With its places filled, or as it is written.
        also: Further beginnings that only read, which somebody wrote into the settings.

    >>> why_not_reading("show interfaces | include up"), why_not_reading("show run | redirect x")
    ('', 'passes what it shows on to redirect')
    >>> why_not_reading("reload")
    'does not begin with a word that only reads'
    """
    if _PARTING.search(command):
        return "holds a sign that starts another command or writes a file"
    first, *pipes = command.split("|")
    words = first.lower().split()
    known = [one.lower().split() for one in (*READING, *also)]
    if not any(words[: len(one)] == one for one in known if one):
        return "does not begin with a word that only reads"
    for pipe in pipes:
        picks = pipe.lower().split()
        if not picks or picks[0] not in _PICKING:
            return f"passes what it shows on to {picks[0] if picks else 'nothing'}"
    return ""


def changing(also: Iterable[str]) -> str:
    """Give the first beginning that somebody calls reading and that is known to change things.

    >>> changing(["cat /etc/hosts", "clear counters"])
    'clear counters'
    """
    return next((one for one in also if _CHANGING & set(one.lower().split()[:1])), "")
