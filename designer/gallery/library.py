"""The templates that come with Garland: a folder each in `library`, read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from designer.gallery.model import TEMPLATE_FILE, Template, parse_template
from kernel.json_text import read_json

LIBRARY = Path(__file__).with_name("library")


@cache
def library() -> Mapping[str, Template]:
    """Give the templates by key, in the order of their titles."""
    folders = [one for one in LIBRARY.iterdir() if (one / TEMPLATE_FILE).is_file()]
    found = [
        parse_template(
            read_json((folder / TEMPLATE_FILE).read_bytes(), what=TEMPLATE_FILE), key=folder.name
        )
        for folder in folders
    ]
    return MappingProxyType({one.key: one for one in sorted(found, key=lambda one: one.title)})
