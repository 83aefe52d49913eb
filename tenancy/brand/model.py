"""A brand: what it is made of, what may be chosen, and the vendor's own. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from ipaddress import ip_address
from re import compile as pattern
from urllib.parse import urlsplit
from uuid import UUID

from kernel.errors import InvalidError, Problem
from kernel.images import why_no_image
from tenancy.brand._tables import HOST_MAX, LINE_MAX, LINK_MAX, PRODUCT_MAX, SIGNATURE_MAX
from tenancy.brand.colours import AA, ink_on, read_colour, why_unreadable

VENDOR_NAME = "Garland"
"""What the product is called where nobody gave it a name of their own; written here alone."""
GREETING = "Hello,"
TEXTS: Mapping[str, tuple[str, int]] = {
    "sender": ("sender", LINE_MAX),
    "greeting": ("greeting", LINE_MAX),
    "signature": ("signature", SIGNATURE_MAX),
}
LINKS = ("documentation", "support", "terms")
THEMES = {"accent_light": "light", "accent_dark": "dark"}
_LABEL = pattern(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_CONTROL = pattern(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Under whose name somebody meets the product.

    Attributes:
        name: What the product is called.
        organisation_id: Who chose it; None for the vendor's own.
        host: The name that is served for it; "" where it has none.
        host_asked: The name it asked the vendor for; "" where it waits for none.
        logo: The file that `/brand/<logo>` gives; "" where there is none.
        icon: The same, of what stands in a browser's tab.
        letter: The same, where no icon was given: the name's first letter.
        style: The digest that `/brand/<style>.css` is fetched by; "" for the vendor's colours.
        greeting: How its mails begin.
        signature: What stands below its mails, of several lines; "" for the sender alone.
        support: Where help is; "" where nothing is said about it, as of the other links.
    """

    name: str
    organisation_id: UUID | None = None
    accent_light: str = ""
    accent_dark: str = ""
    host: str = ""
    host_asked: str = ""
    sender: str = ""
    greeting: str = GREETING
    signature: str = ""
    documentation: str = ""
    support: str = ""
    terms: str = ""
    logo: str = ""
    icon: str = ""
    letter: str = ""
    style: str = ""

    @property
    def is_vendors(self) -> bool:
        """Tell whether it is the vendor's own, chosen by nobody."""
        return self == OWN

    @property
    def from_name(self) -> str:
        """Give who its mails are from."""
        return self.sender or self.name

    @property
    def mail_name(self) -> str:
        """Give what stands before the address its mails are from; the operator's where not set."""
        return "" if self.is_vendors else self.from_name

    @property
    def signed(self) -> str:
        """Give what stands below its mails."""
        return self.signature or self.from_name


OWN = Brand(name=VENDOR_NAME)
UNNAMED = Brand(name="Workflows and rules")
"""What a page of a fault says where the database cannot say whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that may be shown: `svg` or `png`, and what is in the file."""

    ending: str
    content: bytes


def read_brand(form: Mapping[str, str]) -> Brand:
    """Read what somebody chose.

    Args:
        form: By the names of `Brand`, and `product` for the name; what is missing counts as empty.

    Raises:
        InvalidError: naming each field that cannot be so, and what to do about it.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in _readings(form):
        try:
            found[name] = value()
        except ValueError as error:
            problems.append(Problem(f"/{name}", str(error)))
    if not problems:
        problems += _unpaired(found)
    if problems:
        raise InvalidError("this brand cannot be so", problems=problems)
    found["greeting"] = found["greeting"] or GREETING
    return replace(Brand(name=found.pop("product")), **found)  # type: ignore[arg-type]


def _readings(form: Mapping[str, str]) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "product", partial(_text, form, "product", "product name", PRODUCT_MAX, required=True)
    for name, theme in THEMES.items():
        yield name, partial(_accent, form.get(name, ""), theme)
    yield "host_asked", partial(read_host, form.get("host_asked", ""))
    for name, (called, most) in TEXTS.items():
        yield name, partial(_text, form, name, called, most)
    for name in LINKS:
        yield name, partial(_link, form.get(name, ""), name)


def _unpaired(found: Mapping[str, str]) -> list[Problem]:
    missing = [name for name in THEMES if not found[name]]
    if len(missing) != 1:
        return []
    other = THEMES[missing[0]]
    text = f"the colour for {other} pages is missing: choose one too, or leave both empty"
    return [Problem(f"/{missing[0]}", text)]


def _text(
    form: Mapping[str, str], name: str, called: str, most: int, *, required: bool = False
) -> str:
    text = form.get(name, "").strip().replace("\r\n", "\n")
    if _CONTROL.search(text) or ("\n" in text and name != "signature"):
        raise ValueError(f"the {called} holds a line break or another sign that cannot be seen")
    if len(text) > most or (required and not text):
        least = "1 to" if required else "at most"
        raise ValueError(f"write {least} {most} characters for the {called}")
    return text


def _accent(text: str, theme: str) -> str:
    if not text.strip():
        return ""
    colour = read_colour(text)
    found = why_unreadable(colour, theme)
    if found is None:
        return colour
    way = "darker" if theme == "light" else "lighter"
    raise ValueError(
        f"{colour} has a contrast of {found.ratio:.1f} to 1 on the {found.ground} "
        f"({found.ground_colour}) of {theme} pages, and text needs {AA} to 1: take a {way} one, "
        f"such as {found.instead}"
    )


def read_host(text: str) -> str:
    """Give a host name in lower case, "" for none; raises ValueError for what is none.

    >>> read_host(" NOC.Aurora.example ")
    'noc.aurora.example'
    """
    host = text.strip().lower().rstrip(".")
    if not host:
        return ""
    if "/" in host or ":" in host or "@" in host:
        raise ValueError("write the host name alone, such as noc.example.com, without https://")
    if not host.isascii():
        raise ValueError("write the host name in its ASCII form, which begins with xn--")
    labels = host.split(".")
    good = len(host) <= HOST_MAX and all(_LABEL.fullmatch(one) for one in labels)
    if not good or len(labels) == 1 or _is_address(host):
        raise ValueError("that is no host name: write one such as noc.example.com")
    return host


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _link(text: str, name: str) -> str:
    link = text.strip()
    if not link:
        return ""
    mails = name == "support" and link.startswith("mailto:") and "@" in link
    wrong = len(link) > LINK_MAX or _CONTROL.search(link) or any(one.isspace() for one in link)
    if wrong or not (mails or _is_web(link)):
        also = ", or with mailto:" if name == "support" else ""
        raise ValueError(f"write a whole address that begins with https://{also}")
    return link


def _is_web(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def read_picture(file_name: str, content: bytes, field: str) -> Picture:
    """Give an SVG or PNG that may be shown.

    Raises:
        InvalidError: naming the field, what is wrong and what to do; see `kernel.images`.
    """
    wrong = why_no_image(file_name, content)
    if wrong:
        raise InvalidError(wrong, problems=[Problem(f"/{field}", wrong)])
    return Picture(ending="png" if file_name.lower().endswith(".png") else "svg", content=content)


def lettered(brand: Brand) -> Picture:
    """Draw what stands in a browser's tab where no picture was given: the name's first letter."""
    ground = brand.accent_light or "#3b4658"
    letter = escape(next((one for one in brand.name if one.isalnum()), "•").upper())
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="7" fill="{ground}"/>'
        '<text x="16" y="22.5" text-anchor="middle" font-family="system-ui,sans-serif" '
        f'font-size="19" font-weight="700" fill="{ink_on(ground)}">{letter}</text></svg>'
    )
    return Picture(ending="svg", content=drawn.encode())
