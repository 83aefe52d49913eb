"""Secrets in a text: tokens of well-known makes, keys, passwords, and what looks like chance. Pure.

A secret can never be confirmed away: who is sure that it is none writes it otherwise.

Source: the makers' own descriptions of how their tokens begin; for the rest (bits of entropy per
character, how long) our own choice, held against names and identifiers as workflows have them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache

from marketplace.sharing.findings import Span
from runtime.secrecy import MASK, masked_at

_KNOWN: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (what, re.compile(pattern))
    for what, pattern in (
        (
            "a private key",
            (
                r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
                r"[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)"
            ),
        ),
        ("a private key", r"PuTTY-User-Key-File-\d[\s\S]*"),
        ("an AWS access key", r"(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}"),
        ("a GitHub token", r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,}"),
        ("a GitLab token", r"gl(?:pat|ptt|dt|rt|ft)-[A-Za-z0-9_-]{16,}"),
        ("a Slack token", r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"),
        ("a Slack webhook", r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{10,}"),
        ("a Stripe key", r"(?:[srp]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}"),
        ("a Google key", r"AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,}|GOCSPX-[\w-]{20,}"),
        ("a signed token (JWT)", r"eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,}\.?[A-Za-z0-9_-]*"),
        ("an npm token", r"npm_[A-Za-z0-9]{36}"),
        ("a PyPI token", r"pypi-[A-Za-z0-9_-]{50,}"),
        ("a SendGrid key", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
        ("a Twilio key", r"\b(?:SK|AC)[0-9a-f]{32}\b"),
        ("a key of an AI service", r"\bsk-[A-Za-z0-9_-]{20,}|\bhf_[A-Za-z]{30,}"),
        ("a Telegram token", r"\b\d{8,10}:[A-Za-z0-9_-]{35}"),
        ("a DigitalOcean token", r"do[opr]_v1_[0-9a-f]{64}"),
        ("an Azure key", r"(?:AccountKey|SharedAccessKey|sig)=[A-Za-z0-9+/=%]{40,}"),
        ("an API token", r"\bgat_[A-Za-z0-9_-]{16,}"),
        (
            "a name and password in an address",
            r"(?<=://)[^\s/:@'\"<>]{1,200}:[^\s/@'\"<>]{1,200}(?=@)",
        ),
    )
)
_ANNOUNCED = re.compile(
    r"\b(?:bearer|basic|apikey|token)\s+(?P<said>[A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE
)
_ASSIGNED = re.compile(
    r"(?:password|passwd|pwd|passphrase|passwort|secret|api[_-]?key|access[_-]?key|token"
    r"|community)[\"']?\s*[=:]{1,2}\s*[\"']?(?P<said>[^\s\"',;&<>{}()]{3,})",
    re.IGNORECASE,
)
_READ_FROM = re.compile(r"(?:vars|steps|trigger|item|run|connection|env)\.|[{$<]|fill_in_")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_RUN = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32,}(?![0-9A-Za-z])")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LITERAL = re.compile(r"'([^']{3,})'|\"([^\"]{3,})\"")
_SCHEMES = frozenset({"bearer", "basic", "token", "apikey", "digest"})
_BITS = 3.6
_HEX_BITS = 2.8
_DIGITS = 3
_SECRET = "secret"  # noqa: S105  a kind, not a secret


def secrets_in(text: str, stored: Collection[str] = ()) -> Iterator[Span]:
    """Yield the secrets in a text.

    Args:
        text: Any text, without placeholders.
        stored: Secrets that the organisation keeps in connections: found wherever they stand.

    >>> [one.what for one in secrets_in("use AKIAIOSFODNN7EXAMPLE for it")]
    ['an AWS access key']
    """
    for what, pattern in _KNOWN:
        for one in pattern.finditer(text):
            yield _span(one.start(), one.end(), what)
    for pattern in (_ANNOUNCED, _ASSIGNED):
        for one in pattern.finditer(text):
            said = one["said"]
            is_plain = pattern is _ANNOUNCED and _WORD.fullmatch(said) is not None
            if not is_plain and not _READ_FROM.match(said):
                yield _span(one.start("said"), one.end("said"), "a password or token")
    yield from _by_chance(text)
    for secret in stored:
        yield from _each(text, secret)


def in_secret_field(value: str) -> Iterator[Span]:
    """Yield what is secret in a field whose name says that it holds one.

    That is all of it; of an expression its literals, but for the name of a scheme.

    >>> [(one.start, one.end) for one in in_secret_field("= 'Bearer ' + vars.token")]
    []
    """
    if not value.strip() or value == MASK:
        return
    if not value.startswith("= "):
        yield _span(0, len(value), "a secret")
        return
    for one in _LITERAL.finditer(value):
        if one.group()[1:-1].strip().lower() not in _SCHEMES:
            yield _span(one.start() + 1, one.end() - 1, "a secret")


@lru_cache(4096)
def names_a_secret(key: str) -> bool:
    """Tell whether a field of this name holds a secret anywhere.

    >>> names_a_secret("X-Api-Key"), names_a_secret("key")
    (True, False)
    """
    return bool(masked_at([key], "x", {}) == MASK)


def bits_of(text: str) -> float:
    """Give Shannon's entropy of a text in bits for each character.

    >>> bits_of("abab")
    1.0
    """
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)


def _by_chance(text: str) -> Iterator[Span]:
    for one in _HEX.finditer(text):
        if bits_of(one.group().lower()) >= _HEX_BITS:
            yield _span(one.start(), one.end(), "what looks like a key")
    for one in _RUN.finditer(text):
        run = one.group()
        if _UUID.fullmatch(run) is None and _is_mixed(run) and bits_of(run) >= _BITS:
            yield _span(one.start(), one.end(), "what looks like a key")


def _is_mixed(run: str) -> bool:
    """Tell whether a run mixes letters and digits as chance does, and paths and names do not."""
    least = _DIGITS if "/" in run or "-" in run else 1
    digits = sum(map(str.isdigit, run))
    return digits >= least and any(map(str.isupper, run)) and any(map(str.islower, run))


def _each(text: str, secret: str) -> Iterator[Span]:
    at = text.find(secret) if secret else -1
    while at >= 0:
        yield _span(at, at + len(secret), "a secret of one of your connections")
        at = text.find(secret, at + 1)


def _span(start: int, end: int, what: str) -> Span:
    return Span(start=start, end=end, kind="secret", what=what, word=_SECRET)
