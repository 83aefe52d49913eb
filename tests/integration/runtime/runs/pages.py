"""The page of a run as a test reads it."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import urlencode


def island(page: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def refresh_of(page: str) -> str:
    """Give the address a live refresh asks for: what is looked at, and what was seen."""
    base = re.findall(r'<div id="run"[^>]*hx-get="([^"]*)"', page)[0]
    given = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    asked = [(name, html.unescape(value)) for name, value in given if name != "csrf_token"]
    return f"{base}?{urlencode(asked)}"


def lanes(page: str) -> list[str]:
    return re.findall(r'<span class="lane__title">([^<]*)</span>', page)


def words(page: str) -> str:
    """Give the page's text, as a reader sees it."""
    bare = re.sub(r"<(script|svg).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())
