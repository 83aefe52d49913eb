"""What of the commands for devices and servers only reads; not what blocks send that may change.

There is a list of commands, and for each the options and words that may follow, one for the command
lines of devices and one for servers, where programs of the same name do other things (`find` picks
lines on a router and deletes files on a server). What is on no list does not count as reading. A
command for a device may well reach a shell, so that no sign, option or word there does harm either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from blocks.standard._devices import ENDLESS_PING, SERVER


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CHANGING = _words(
    """
    add admin apply at awk chmod chown clear commit conf config configure copy cp create crontab
    curl dd debug del delete disable do edit enable env erase exec fdisk find format halt init
    install iptables kill killall ln load mkdir mkfs mount move mv nc nft no nohup passwd perl
    pkill poweroff powershell python python3 reboot redirect reload remove rename request reset
    restart rm rmdir rollback ruby run save scp sed set sh bash shred shutdown ssh start stop su
    sudo systemctl tclsh tee test touch truncate umount undebug undo unlink unset wget write wr
    xargs
    """
)
_PARTING = re.compile(r"[;&`$<>\\!?\n\r]")

_PLAIN = r"[A-Za-z0-9_./:@+%^][A-Za-z0-9_./:@,+%=^*#\[\]-]*"
_QUOTED = r"\"[^\"'|(-][^\"|]*\""
_ANY = rf"(?: (?:{_PLAIN}|{_QUOTED}))"
_FEW = r"(?:[1-9][0-9]?|100)"
_SIZE = r"[1-9][0-9]{0,3}"
_ASKED_BY = (
    rf"(?: (?:ip|ipv4|ipv6|inet|inet6|(?:vrf|-vpn-instance|vpn-instance|routing-instance|router"
    rf"|source|source-address|interface|-a) {_PLAIN}|(?:count|repeat|-c) {_FEW}"
    rf"|(?:size|-s) {_SIZE}))"
)
_COUNTED = re.compile(r" (?:count|repeat|-c) ")
_OF_DEVICES: Mapping[str, str] = {
    "show": rf"{_ANY}+",
    "display": rf"{_ANY}+",
    "info": rf"{_ANY}*",
    "admin display-config": r"(?: detail| index)?",
    "ping": rf"{_ASKED_BY}* {_PLAIN}{_ASKED_BY}*",
    "traceroute": rf"{_ASKED_BY}* {_PLAIN}{_ASKED_BY}*",
    "tracert": rf"{_ASKED_BY}* {_PLAIN}{_ASKED_BY}*",
}
_PICKING_AT_DEVICES: Mapping[str, str] = {
    **dict.fromkeys(
        _words(
            """
            begin beg count except exclude exc i inc incl include match section sec json xml
            """
        ),
        rf"{_ANY}*",
    ),
    "display": r"(?: (?:detail|inheritance|json|omit|set|xml))+",
    "egrep": rf"(?: -[vicnw]+)*{_ANY}",
    "find": rf"{_ANY}",
    "grep": rf"(?: -[vicnw]+)*{_ANY}",
    "head": r"(?: [0-9]+)?",
    "last": r"(?: [0-9]+)?",
    "no-more": "",
    "tail": r"(?: [0-9]+)?",
    "trim": r" [0-9]+",
    "wc": "",
}
_NAME = r"[A-Za-z0-9_./:@+][A-Za-z0-9_./:@,+%-]*"
_PINGING = rf"(?: -[46nq]| -c ?{_FEW}| -[wW] ?{_FEW}| -s ?{_SIZE})"
_OF_SERVERS: Mapping[str, str] = {
    "df": rf"(?: -[aHhiklPT]+)*(?: {_NAME})*",
    "free": r"(?: -[bghkmtw]+)*",
    "ip": rf"(?: -(?:[46dos]|br))* (?:addr|address|link|neigh|route|rule)(?: show(?: {_NAME})*)?",
    "ping": rf"(?=.* -c ?{_FEW}(?: |$)){_PINGING}* {_NAME}{_PINGING}*",
    "ss": r"(?: -[0246aeilmnopstuwx]+)*",
    "systemctl": rf"(?: --no-pager)?(?: list-units| (?:status|is-active|is-failed)(?: {_NAME})+)",
    "traceroute": rf"(?: -[46n]| -[mw] ?{_FEW})* {_NAME}",
    "uname": r"(?: -[aimnoprsv]+)*",
    "uptime": r"(?: -[ps])?",
}
_PATTERN = rf"(?:{_NAME}|\"[^\"|-][^\"|]*\"|'[^'|-][^'|]*')"
_PICKING_ON_SERVERS: Mapping[str, str] = {
    "cut": r"(?: -[cf] ?[0-9][0-9,-]*| -d ?[:,/.])+",
    "grep": rf"(?: -[ABCm] ?{_FEW}| -[EFcinovwx]+)* {_PATTERN}",
    "head": r"(?: -(?:n ?)?[0-9]+)?",
    "sort": r"(?: -[bfhnruV]+| -k ?[0-9]+)*",
    "tail": r"(?: -(?:n ?)?[0-9]+)?",
    "uniq": r"(?: -[cdiu]+)*",
    "wc": r"(?: -[clmw]+)*",
}
_WRITING_SHOWS = ("tech-support", "diagnostic-information")
_CLEARING = ("clear", "file")
"""`show … drop clear` empties counters, and `show … file flash:x` writes, on some devices."""
_ABBREVIATED_MIN = 2


def why_not_reading(command: str, also: Sequence[str] = (), *, device: str = "other") -> str:
    """Say why a command is not known to only read; "" when it is.

    Args:
        command: As it is sent, with its places filled.
        also: Further commands that only read, as somebody wrote them whole into the settings.
        device: Its kind, of those that the settings offer.

    >>> why_not_reading("show interfaces | include up"), why_not_reading("show run | redirect x")
    ('', 'passes what it shows on to redirect')
    >>> why_not_reading("reload")
    'does not begin with a word that only reads'
    >>> why_not_reading("df -h | find /var", device="server")
    'passes what it shows on to find'
    """
    if _PARTING.search(command):
        return "holds a sign that starts another command, writes a file or asks for help"
    first, *pipes = (" ".join(part.split()) for part in command.split("|"))
    is_called_reading = first in {" ".join(one.split()) for one in also}
    why = "" if is_called_reading else _why_not_first(first, device)
    return next(filter(None, (why, *(_why_not_picking(pipe, device) for pipe in pipes))), "")


def _why_not_first(command: str, device: str) -> str:
    is_server = device == SERVER
    listed, told = (_OF_SERVERS, command) if is_server else (_OF_DEVICES, command.lower())
    name = next((one for one in listed if told == one or told.startswith(f"{one} ")), "")
    if not name:
        return "does not begin with a word that only reads"
    if not re.fullmatch(listed[name], command[len(name) :]):
        return f"holds a word or option that is not known to only read behind {name}"
    if device in ENDLESS_PING and name == "ping" and not _COUNTED.search(told):
        return "pings without an end: write count and a number behind it"
    is_showing = not is_server and name in ("show", "display")
    return _why_show_changes(told.split()[1:]) if is_showing else ""


def _why_not_picking(pipe: str, device: str) -> str:
    is_server = device == SERVER
    picking = _PICKING_ON_SERVERS if is_server else _PICKING_AT_DEVICES
    name = pipe.partition(" ")[0]
    allowed = picking.get(name if is_server else name.lower())
    if allowed is None:
        return f"passes what it shows on to {name[:40] or 'nothing'}"
    if not re.fullmatch(allowed, pipe[len(name) :]):
        return f"passes what it shows on to {name} with a word or option that is not known"
    return ""


def _why_show_changes(words: Sequence[str]) -> str:
    """Say which word makes a device write or clear something while it shows."""
    odd = [words[0]] if _shortens(words[0], _WRITING_SHOWS) else []
    odd += [word for word in words[1:] if _shortens(word, _CLEARING)]
    return f"may write or clear something by {odd[0]}" if odd else ""


def _shortens(word: str, wholes: Iterable[str]) -> bool:
    return len(word) >= _ABBREVIATED_MIN and any(one.startswith(word) for one in wholes)


def changing(also: Iterable[str]) -> str:
    """Give the first further command that is known to change things, or does more than one thing.

    >>> changing(["cat /etc/hosts", "clear counters", "/bin/rm -r x"])
    'clear counters'
    """
    return next((one for one in also if _changes(one)), "")


def _changes(command: str) -> bool:
    words = [word.rpartition("/")[2] for word in command.lower().split()]
    return bool(_PARTING.search(command) or "|" in command or _CHANGING & set(words))
