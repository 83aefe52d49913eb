"""Mails as text: a template of `templates/mails/`, its first line the subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kernel.resources import resource_folder
from tenancy.brand.model import Brand
from tenancy.mails._tables import SUBJECT_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str


def write_letter(kind: str, brand: Brand, facts: Mapping[str, str]) -> Letter:
    """Fill a template.

    Each fact comes to stand on one line: a name with line breaks in it would otherwise write
    lines of its own into the mail.

    >>> facts = {"link": "https://a.example/new-password/k", "hours": "1"}
    >>> letter = write_letter("password", Brand(name="Aurora"), facts)
    >>> letter.subject
    'Choose a new password for Aurora'
    """
    plain = {name: " ".join(value.split()) for name, value in facts.items()}
    written = _templates().get_template(f"{kind}.txt").render(brand=brand, **plain)
    subject, _, text = written.partition("\n")
    return Letter(subject=" ".join(subject.split())[:SUBJECT_MAX], text=text.strip() + "\n")


@cache
def _templates() -> Environment:
    folder = resource_folder("templates") / "mails"
    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  plain text
        trim_blocks=True,
        lstrip_blocks=True,
    )
