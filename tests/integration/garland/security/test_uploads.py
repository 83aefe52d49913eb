"""Files that people send: bounded, and taken for what they are and not for what they are called."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from blocks.packages.archive import ARCHIVE_MAX_BYTES
from garland.app import BODY_MAX_BYTES, PACKAGE_ROUND_BYTES
from tenancy.organisations import OrganisationView
from tests.integration.conftest import SignedIn

ROOT = Path(__file__).parents[4]
PAGE = b"<!DOCTYPE html><html><body><script>alert('taken over')</script></body></html>"
NOBODYS = "00000000-0000-7000-8000-000000000000"
PACKAGE_MAX_BYTES = ARCHIVE_MAX_BYTES + PACKAGE_ROUND_BYTES
TAKING = {
    "designer/blocks/views.py": ("/blocks/packages", "block.garland", PACKAGE_MAX_BYTES),
    "designer/exchange/views.py": ("/workflows/import", "workflows.json", BODY_MAX_BYTES),
    "designer/packs/views.py": ("/packs", "pack.garland", PACKAGE_MAX_BYTES),
    "designer/palette/views.py": ("/palette/catalogue", "block.garland", PACKAGE_MAX_BYTES),
    "designer/tables/views.py": ("/rules/tables/import", "table.csv", BODY_MAX_BYTES),
    "marketplace/studio/views.py": (
        "/marketplace/studio/submit",
        "block.gblk",
        PACKAGE_MAX_BYTES,
    ),
    "runtime/alarms/sources/snmp/entry/views.py": ("/traps/upload", "a.mib", BODY_MAX_BYTES),
    "runtime/inventory/views.py": ("/inventory/imports", "network.csv", BODY_MAX_BYTES),
    "runtime/maintenance/views.py": ("/maintenance/import", "windows.ics", BODY_MAX_BYTES),
    "runtime/services/imports/views.py": ("/services/imports", "services.csv", BODY_MAX_BYTES),
}
"""By the module that reads a file: where it is sent, under which name, and how much it takes."""
ELSEWHERE = {
    "marketplace/studio/listings/views.py": "/marketplace/studio/listings/acme.say/pictures",
    "runtime/calendars/views.py": f"/calendars/{NOBODYS}/holidays",
    "runtime/inventory/lookups/views.py": f"/look-up-tables/{NOBODYS}/import",
    "tenancy/brand/editing/views.py": "/brand",
}
"""Those that belong to a thing, or are a CSP's: their own tests try what is in their files."""


def form_of(name: str, content: bytes) -> dict[str, Any]:
    """Give what sends a form with one file."""
    boundary, data = encode_multipart({"file": FileStorage(io.BytesIO(content), name, "file")})
    return {"data": data, "content_type": f"multipart/form-data; boundary={boundary}"}


def test_every_place_that_takes_a_file_is_tried() -> None:
    folders = ("garland", "tenancy", "blocks", "runtime", "designer", "marketplace")
    files = [one for folder in folders for one in (ROOT / folder).rglob("*.py")]

    reading = {str(one.relative_to(ROOT)) for one in files if "request.files" in one.read_text()}

    assert reading == {*TAKING, *ELSEWHERE}


@pytest.mark.parametrize(("path", "most"), [(path, most) for path, _, most in TAKING.values()])
def test_more_than_is_taken_is_refused_with_how_much_is(
    signed_in: SignedIn, acme: OrganisationView, path: str, most: int
) -> None:
    answer = signed_in("admin").post(f"/t/{acme.slug}{path}", **form_of("a.bin", bytes(most + 1)))

    assert answer.status_code == 413
    assert f"{most // (1024 * 1024)} MB" in answer.text


@pytest.mark.parametrize(("path", "name"), [one[:2] for one in TAKING.values()])
def test_a_web_page_is_taken_for_no_file_whatever_it_is_called(
    signed_in: SignedIn, acme: OrganisationView, path: str, name: str
) -> None:
    answer = signed_in("admin").post(f"/t/{acme.slug}{path}", **form_of(name, PAGE))

    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


def test_what_is_sent_is_never_guessed_by_a_browser(app: Flask) -> None:
    assert app.test_client().get("/sign-in").headers["X-Content-Type-Options"] == "nosniff"
