"""Drafts written as JSON text: read them back with problems a person can act on."""

from __future__ import annotations

import json
from typing import Any

from kernel.errors import InvalidError, Problem


def read_json_text(text: str) -> Any:
    """Read a document that a person typed.

    Raises:
        InvalidError: naming line and column.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise InvalidError("this is not JSON", problems=[Problem("", message)]) from None


def write_json_text(document: Any) -> str:
    """Write a document for a person to edit."""
    return json.dumps(document, indent=2, ensure_ascii=False)
