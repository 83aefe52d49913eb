"""What importing says over REST, whatever is imported."""

from __future__ import annotations

from flask import Response, jsonify

from kernel.http import optional_body
from kernel.http_located import located
from runtime.imports.staging import ImportView, import_document


def staged_answer(staged: ImportView, where: str) -> Response:
    """Answer that a file was read: 201, and where it is."""
    return located(jsonify(import_document(staged)), where)


def wants_gone_removed() -> bool:
    """Tell whether what the file no longer has shall go: `{"remove_gone": true}`."""
    body = optional_body()
    return isinstance(body, dict) and body.get("remove_gone") is True
