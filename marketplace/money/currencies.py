"""Currencies: which there are, how many decimal places each has, how an amount is written. Pure.

Amounts are whole numbers of the smallest unit everywhere, and no currency is ever turned into
another: whoever deals in two has two statements.

Source: ISO 4217, list one (current currency and funds codes), without metals, test codes and
units of account.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_TWO = """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD
MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON
RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD
TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

PLACES: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(_TWO.split(), 2),
        **dict.fromkeys(_NONE.split(), 0),
        **dict.fromkeys(_THREE.split(), 3),
    }
)
"""How many decimal places an amount of each currency is written with."""
_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]+))?")


def read_amount(text: str, currency: str) -> int:
    """Read an amount that a person wrote, such as `1.50`, as whole smallest units.

    Raises:
        ValueError: it is none, or has more decimal places than the currency; says what to write.

    >>> read_amount("1.5", "EUR"), read_amount("1200", "JPY")
    (150, 1200)
    """
    places = PLACES[currency]
    example = decimal_text(150 * 10**places // 100 or 2, currency)
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"write a number such as {example}, with a point and nothing else")
    part = (found[2] or "").rstrip("0")
    if len(part) > places:
        most = f"at most {places} decimal places" if places else "no decimal places"
        raise ValueError(f"{currency} has {most}: write one such as {example}")
    return int(found[1] + part.ljust(places, "0"))


def decimal_text(amount: int, currency: str) -> str:
    """Write an amount of smallest units as a decimal number, exactly, with a point.

    >>> decimal_text(-123456, "EUR"), decimal_text(5, "JPY"), decimal_text(5, "KWD")
    ('-1234.56', '5', '0.005')
    """
    places = PLACES[currency]
    whole, part = divmod(abs(amount), 10**places)
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def said(amount: int, currency: str) -> str:
    """Write an amount for people, with its currency.

    >>> said(-123456, "EUR"), said(1234567, "JPY")
    ('EUR -1,234.56', 'JPY 1,234,567')
    """
    whole, point, part = decimal_text(abs(amount), currency).partition(".")
    sign = "-" if amount < 0 else ""
    return f"{currency} {sign}{int(whole):,}{point}{part}"
