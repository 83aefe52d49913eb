"""Addresses in a text: of machines, of people, on the map. Pure.

Those that documents are written with (RFC 2606, RFC 5737, RFC 3849) may stay if somebody says so,
as may those of public standards, and what is as likely something else.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from marketplace.sharing.findings import Span

_FOR_DOCUMENTS = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
        *("127.0.0.0/8", "0.0.0.0/32", "255.255.255.255/32", "::1/128"),
    )
)
_LIKE_AN_OID = re.compile(r"1\.3\.6\.1|2\.16\.\d+\.\d+")
"""Private enterprises of SNMP, and countries: an object identifier cut short."""
_EXAMPLE_HOST = re.compile(
    r"(?:.*\.)?(?:example\.(?:com|org|net|edu)|example|test|invalid|localhost)", re.IGNORECASE
)
_STANDARDS = re.compile(
    r"(?:[a-z-]+\.)*(?:json-schema\.org|w3\.org|schema\.org|tmforum\.org|ietf\.org|omg\.org)",
    re.IGNORECASE,
)
_ROOTS = frozenset({"trigger", "steps", "vars", "item", "run", "alarm", "attributes"})
"""What expressions and fields of alarms begin with, and no host."""
_INNER = "local|localdomain|internal|intranet|lan|corp|home|private|mgmt|test|invalid|example"
_COMMON = "com|net|org|edu|gov|mil|int|biz|cloud|dev|app|tech|online|network|systems|mobi|arpa"
_DOUBTFUL = "info|name|id|py|sh|md|pl|rs|ps|cc|so|is|at|in|it|to|me|no|site|link|zip|events|run"
_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.){1,8}"
    rf"(?P<top>{_INNER}|{_COMMON}|{_DOUBTFUL}|xn--[a-z0-9-]{{2,40}}|[a-z]{{2}})(?![\w-])(?!\.[a-z0-9])",
    re.IGNORECASE,
)
_BY_LETTER = {
    "a": "cdefgilmoqrstuwxz",
    "b": "abdefghijmnorstvwyz",
    "c": "acdfghiklmnoruvwxyz",
    "d": "ejkmoz",
    "e": "cegerstu",
    "f": "ijkmor",
    "g": "abdefghilmnpqrstuwy",
    "h": "kmnrtu",
    "i": "delmnoqrst",
    "j": "emop",
    "k": "eghimnprwyz",
    "l": "abcikrstuvy",
    "m": "acdeghklmnopqrstuvwxyz",
    "n": "acefgilopruz",
    "o": "m",
    "p": "aefghklmnrstwy",
    "q": "a",
    "r": "eosuw",
    "s": "abcdeghijklmnorstuvxyz",
    "t": "cdfghjklmnortvwz",
    "u": "agksyz",
    "v": "aceginu",
    "w": "fs",
    "y": "et",
    "z": "amw",
}
_COUNTRIES = frozenset(first + one for first, second in _BY_LETTER.items() for one in second)
"""Top-level domains of countries (ISO 3166-1, with `ac`, `eu`, `su` and `uk`)."""
_IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d)(?!\.\d)")
_IPV6 = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f:]{2,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?")
_MAC = re.compile(
    r"(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}(?P<by>[:-])[0-9A-Fa-f]{2}(?:(?P=by)[0-9A-Fa-f]{2}){4}"
    r"(?![0-9A-Fa-f])|(?<![0-9A-Fa-f.])[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}(?![0-9A-Fa-f])"
)
_URL = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://(?:[^\s/@'\"<>]{1,200}@)?(?P<host>\[[0-9a-f:.]+\]|[^\s/:?#'\"<>\\)}\]]+)"
    r"[^\s'\"<>\\)}\]]*",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+%-]{1,64}@(?P<host>[^\W_](?:[\w.-]{0,250}\w)?)")
_PHONES = tuple(
    re.compile(one)
    for one in (
        r"(?<!\w)\+[1-9][\d\s().\-/]{5,20}\d",
        r"(?<![\w.])00[1-9]\d[\d\s\-/]{5,16}\d",
        r"(?<![\w.:-])\(?0[1-9]\d{1,4}\)?[\s/-]{1,3}\d{3,}(?:[\s-]?\d+){0,4}",
        r"(?<![\w.-])\(?[2-9]\d{2}\)?[-. ]\d{3}[-. ]\d{4}(?![\w-])",
    )
)
_FICTION = re.compile(r"555[-. ]?01\d\d$|7700[-. ]?900")
_LONG_NUMBER = re.compile(r"(?<![\w.])\d{11,15}(?![\w.])")
_PAIR = re.compile(
    r"(?<!\d)(?<!\d\.)[+-]?\d{1,2}\.\d{3,}\s*[,;/ ]\s*[+-]?\d{1,3}\.\d{3,}(?!\d)(?!\.\d)"
    r"|\d{1,3}\s?°\s?\d{1,2}\s?['\u2032][^,;]{0,12}?[NSEWO]\b"
)
_STREETS = tuple(
    re.compile(one)
    for one in (
        r"[^\W\d_][\w.\-]{0,40}(?:straße|strasse|str\.|gasse|allee|ufer|damm)\s+\d{1,4}\s?[a-z]?\b",
        r"\b[A-Z][\w\-]{0,40}(?:weg|platz|ring)\s+\d{1,4}\s?[a-z]?\b",
        (
            r"\b\d{1,5}\s(?:[A-Z][\w'\-]{1,40}\s){1,4}"
            r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Boulevard|Blvd|Square|Way|Court)\b\.?"
        ),
        r"\b\d{1,4},?\s(?:rue|avenue|boulevard|place|via)\s[\w'\- ]{2,40}",
        r"\bP\.?\s?O\.?\s?Box\s\d+",
        r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b",
    )
)
_PLACE_KEYS = frozenset(
    {
        *("lat", "latitude", "lon", "lng", "long", "longitude", "coordinates", "geo"),
        *("street", "streetaddress", "address", "postaladdress", "postcode", "postalcode"),
        *("zip", "zipcode", "plz", "city"),
        *("phone", "telephone", "mobile", "msisdn", "imsi", "imei"),
    }
)


def addresses_in(text: str) -> Iterator[Span]:
    """Yield the addresses in a text; one that stands in a larger one is told by that alone.

    >>> [one.what for one in addresses_in("ping 10.1.2.3, then mail ops@corp.lan")]
    ['an IPv4 address', 'an e-mail address']
    """
    found = sorted(_every(text), key=lambda one: (one.start, -one.end))
    firm = lenient = -1  # how far larger ones reach that may not stay, and that may
    for (_, end), same in groupby(found, key=lambda one: (one.start, one.end)):
        ones = list(same)
        yield from (one for one in ones if firm < end and (lenient < end or not one.may_stay))
        if all(one.may_stay for one in ones):
            lenient = max(lenient, end)
        else:
            firm = max(firm, end)


def names_a_place(key: str) -> bool:
    """Tell whether a field of this name holds an address, as a whole.

    >>> names_a_place("postal_code"), names_a_place("place")
    (True, False)
    """
    return key.lower().replace("-", "").replace("_", "").replace(" ", "") in _PLACE_KEYS


def whole(value: str, what: str = "an address") -> Span:
    """Give all of a text as an address."""
    return _span(0, len(value), what, "address")


def _every(text: str) -> Iterator[Span]:
    for look in (_urls, _mails, _hosts, _ipv4, _ipv6, _phones, _on_the_map):
        yield from look(text)


def _urls(text: str) -> Iterator[Span]:
    for one in _URL.finditer(text):
        yield _span(*one.span(), "a web address", "url", may_stay=_is_public(one["host"]))


def _mails(text: str) -> Iterator[Span]:
    for one in _MAIL.finditer(text):
        may_stay = _EXAMPLE_HOST.fullmatch(one["host"]) is not None
        yield _span(*one.span(), "an e-mail address", "email", may_stay=may_stay)


def _hosts(text: str) -> Iterator[Span]:
    is_expression = text.startswith("= ")
    for one in _HOST.finditer(text):
        top = one["top"].lower()
        if len(top) == len("de") and top not in _COUNTRIES:
            continue
        if one.group().split(".")[0].lower() in _ROOTS or (
            is_expression and not _is_quoted(text, one.start())
        ):
            continue
        is_doubtful = one.group().count(".") == 1 and top in _DOUBTFUL.split("|")
        may_stay = is_doubtful or _is_public(one.group())
        yield _span(*one.span(), "the name of a host", "host", may_stay=may_stay)


def _ipv4(text: str) -> Iterator[Span]:
    for one in _IPV4.finditer(text):
        found = _read(one.group())
        if found is not None:
            is_oid = _LIKE_AN_OID.fullmatch(one.group()) is not None
            may_stay = is_oid or _is_for_documents(found)
            yield _span(*one.span(), "an IPv4 address", "address", may_stay=may_stay)


def _ipv6(text: str) -> Iterator[Span]:
    for one in _MAC.finditer(text):
        yield _span(*one.span(), "a MAC address", "address")
    for one in _IPV6.finditer(text):
        said = one.group()
        for start, end in ((0, 0), (0, 1), (1, 0), (1, 1)):
            part = said[start : len(said) - end]
            found = _read(part) if part.count(":") > 1 and part.strip(":") else None
            if found is not None:
                at = one.start() + start
                may_stay = _is_for_documents(found)
                yield _span(at, at + len(part), "an IPv6 address", "address", may_stay=may_stay)
                break


def _phones(text: str) -> Iterator[Span]:
    for pattern in _PHONES:
        for one in pattern.finditer(text):
            may_stay = _FICTION.search(one.group()) is not None
            yield _span(*one.span(), "a telephone number", "phone", may_stay=may_stay)
    for one in _LONG_NUMBER.finditer(text):
        what = "a number as long as a telephone number"
        yield _span(*one.span(), what, "phone", may_stay=True)


def _on_the_map(text: str) -> Iterator[Span]:
    for one in _PAIR.finditer(text):
        yield _span(*one.span(), "a place on the map", "place")
    for pattern in _STREETS:
        for one in pattern.finditer(text):
            yield _span(*one.span(), "a postal address", "place")


def _is_quoted(text: str, at: int) -> bool:
    """Tell whether a place in an expression lies in a literal."""
    quote = ""
    for letter in text[:at]:
        if not quote and letter in "'\"":
            quote = letter
        elif letter == quote:
            quote = ""
    return bool(quote)


def _is_public(host: str) -> bool:
    found = _read(host.strip("[]"))
    if found is not None:
        return _is_for_documents(found)
    known: tuple[Callable[[str], Any], ...] = (_EXAMPLE_HOST.fullmatch, _STANDARDS.fullmatch)
    return any(is_one(host) is not None for is_one in known)


def _is_for_documents(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return any(found in net for net in _FOR_DOCUMENTS if net.version == found.version)


def _read(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    parts = text.split(".")
    plain = ".".join(str(int(one)) for one in parts) if all(map(str.isdecimal, parts)) else text
    try:
        return ipaddress.ip_address(plain)
    except ValueError:
        return None


def _span(start: int, end: int, what: str, word: str, *, may_stay: bool = False) -> Span:
    return Span(start=start, end=end, kind="address", what=what, word=word, may_stay=may_stay)
