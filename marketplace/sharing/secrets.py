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

from marketplace.sharing.findings import PLACEHOLDER, Span, without
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
    )
)
_NAMED = (
    r"(?:password|passwd|pwd|passphrase|passwort|secret|api[_-]?key|access[_-]?key|token"
    r"|community)"
)
_TAG = r"</(?:b|i|em|strong|td|th|p|li|span|div|label|dt|dd|h[1-6]|code|a|u)>"
_WRITTEN = (
    r"(?:\$\{[^{}\n]*\}|\{\{[^{}\n]*\}\}|<[^<>\n]*>)(?=[.:!?]*(?:[\s\"',;&()<}\]]|$))"
    r"|[^\s\"',;&()]{3,}"
)
_SAID = tuple(
    (what, re.compile(pattern, re.IGNORECASE))
    for what, pattern in (
        (
            "a password or token",
            r"\b(?:bearer|basic|apikey|token)\s+(?P<said>[\w.~+/=$!@#%^*-]{8,})",
        ),
        (
            "a password or token",
            rf"{_NAMED}[\"']?\s*[=:]{{1,2}}\s*(?:{_TAG}\s*)*[\"']?(?P<said>{_WRITTEN})",
        ),
        (
            "a password or token",
            (
                r"\b(?:password|passwd|pwd|passphrase|passwort)(?:\s+(?:is|was|ist))?\s+[\"']?"
                r"(?P<said>(?=\S*[^\W\d_])(?=\S*[\d$!@#%^*])[^\s\"',;&()]{4,})"
            ),
        ),
        (
            "a name and password for a command",
            (
                r"(?<!\S)[\"']?(?:-u|--user|--proxy-user)[\"']?[\s=,]*[\"']?(?!\d+:\d+(?!\S))"
                r"[^\s:\"'/]{1,200}:(?P<said>[^\s\"']+)"
            ),
        ),
        ("a name and password in an address", r"://[^\s/:@'\"]{0,200}:(?P<said>[^\s/'\"]{1,200})@"),
    )
)
_REFERENCE = re.compile(
    rf"\$\{{[A-Za-z_][\w.-]*\}}|\{{\{{\s*[A-Za-z_][\w.-]*\s*\}}\}}"
    rf"|<[a-z]+(?:[ _-][a-z]+)*>|{_TAG}|{PLACEHOLDER.pattern}",
    re.IGNORECASE,
)
"""What stands for a secret and is none: all of it, or it is read as one."""
_READ_FROM = re.compile(
    r"(?:vars|steps|trigger|item|run|connection|env)(?:\.[A-Za-z_]\w*|\[\d+\])+"
)
"""What an expression reads it from."""
_CLOSING = (("{", "}"), ("<", ">"), ("[", "]"))
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_RUN = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32,}(?![0-9A-Za-z])")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LITERAL = re.compile(r"'([^']{3,})'|\"([^\"]{3,})\"")
_SCHEMES = frozenset({"bearer", "basic", "token", "apikey", "digest"})
_BITS = 3.6
_HEX_BITS = 2.8
_DIGITS = 3
_NEAR = 2_000
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
    yield from _by_what_is_said(text)
    yield from _by_chance(text)
    for secret in stored:
        yield from _each(text, secret)


def without_secrets(text: str, stored: Collection[str] = ()) -> str:
    """Give a text as it may be shown.

    >>> without_secrets("with AKIAIOSFODNN7EXAMPLE")
    'with …'
    """
    return without(text, [(one.start, one.end) for one in secrets_in(text, stored)])


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


def _by_what_is_said(text: str) -> Iterator[Span]:
    for what, pattern in _SAID:
        for one in pattern.finditer(text):
            start = one.start("said")
            said = _without_closing(text[max(0, start - _NEAR) : start], one["said"])
            if not _stands_for_one(text, said) and not _is_prose(pattern, said):
                yield _span(start, start + len(said), what)


def _without_closing(before: str, said: str) -> str:
    """Leave out brackets at the end that close what was opened before it."""
    for opening, closing in _CLOSING:
        open_ = before.count(opening) - before.count(closing)
        while open_ > 0 and said.endswith(closing) and said.count(closing) > said.count(opening):
            said, open_ = said[:-1], open_ - 1
    return said


def _stands_for_one(text: str, said: str) -> bool:
    if _REFERENCE.fullmatch(said) is not None:
        return True
    return text.startswith("= ") and _READ_FROM.fullmatch(said) is not None


def _is_prose(pattern: re.Pattern[str], said: str) -> bool:
    """Tell whether an ordinary word follows one that announces a token: "the token expired"."""
    return pattern is _SAID[0][1] and _WORD.fullmatch(said.strip(".!*_-")) is not None


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
