"""Where something new stands: the `Location` of an answer (RFC 9110, 10.2.2)."""

from __future__ import annotations

from flask import Response


def located(response: Response, address: str, *, status: int = 201) -> Response:
    """Give an answer the address of what was made, and its status."""
    response.status_code = status
    response.headers["Location"] = address
    return response
