"""Drafts written as JSON text: read them back with problems a person can act on."""

from __future__ import annotations

import json
from typing import Any

from kernel.errors import InvalidError, MalformedError, Problem
from kernel.json_text import read_json


def read_json_text(text: str) -> Any:
    """Read a document that a person typed.

    Raises:
        InvalidError: naming line and column, or what JSON does not allow.
    """
    try:
        return read_json(text, what="the text")
    except MalformedError as error:
        raise InvalidError(error.message, problems=[Problem("", error.message)]) from None


def write_json_text(document: Any) -> str:
    """Write a document for a person to edit."""
    return json.dumps(document, indent=2, ensure_ascii=False)
