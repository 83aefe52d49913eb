"""Hide personal data: takes addresses and numbers of people out of a text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from blocks.sdk import Context, Outcome

Judge = Callable[[str], bool]
_IBAN_LENGTHS = range(15, 35)
_PHONE_LENGTHS = range(7, 16)


@dataclass(slots=True)
class _Text:
    """A text with what was taken out of it so far."""

    text: str
    count: int = 0

    def hide(self, pattern: re.Pattern[str], instead: str, judge: Judge) -> None:
        """Put `[instead]` where the pattern fits and the judge agrees."""
        self.text = pattern.sub(lambda found: self._instead(found[0], instead, judge), self.text)

    def _instead(self, found: str, instead: str, judge: Judge) -> str:
        if not judge(found):
            return found
        self.count += 1
        return f"[{instead}]"


def run(ctx: Context) -> Outcome:
    """End by `done` with the text."""
    text = _Text(ctx.input["text"])
    if words := sorted(ctx.config["words"], key=len, reverse=True):
        any_word = "|".join(map(re.escape, words))
        text.hide(re.compile(rf"(?<!\w)(?:{any_word})(?!\w)", re.IGNORECASE), "word", _always)
    for setting, pattern, instead, judge in _KINDS:
        if ctx.config[setting]:
            text.hide(pattern, instead, judge)
    return ctx.emit("done", {"text": text.text, "count": text.count})


def _always(_: str) -> bool:
    return True


def _is_iban(found: str) -> bool:
    """Check the remainder that ISO 13616 asks for."""
    plain = found.replace(" ", "")
    if len(plain) not in _IBAN_LENGTHS:
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _is_card(found: str) -> bool:
    """Check the digit that ISO/IEC 7812 asks for."""
    digits = [int(sign) for sign in reversed(found) if sign.isdecimal()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_phone(found: str) -> bool:
    """Take seven to fifteen digits (E.164) for a number that can be called."""
    return sum(sign.isdecimal() for sign in found) in _PHONE_LENGTHS


def _is_address(found: str) -> bool:
    try:
        ipaddress.ip_address(found)
    except ValueError:
        return False
    return True


_KINDS: tuple[tuple[str, re.Pattern[str], str, Judge], ...] = (
    ("emails", re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), "e-mail", _always),
    ("cards", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b"), "account", _is_iban),
    (
        "cards",
        re.compile(r"(?<![\d.+-])\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?![\d-])"),
        "card",
        _is_card,
    ),
    ("devices", re.compile(r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b"), "device", _always),
    ("devices", re.compile(r"(?<![\d.+])\d{15}(?!\d)"), "device", _always),
    (
        "addresses",
        re.compile(
            r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]*::?[0-9A-Fa-f:.]+)(?![\w:])"
        ),
        "address",
        _is_address,
    ),
    (
        "phones",
        re.compile(r"(?<![\w.+])(?:\+|00)\d(?:[ ()/.-]{0,2}\d){6,14}(?!\w)"),
        "number",
        _is_phone,
    ),
    (
        "phones",
        re.compile(r"(?<![\w./-])0\d{1,3}[ /-]\d{2,4}(?:[ -]?\d{2,4}){1,3}(?![\w-])"),
        "number",
        _is_phone,
    ),
)
