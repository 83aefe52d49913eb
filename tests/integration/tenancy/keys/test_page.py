"""The page of an organisation's keys."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tenancy.keys.rotation import list_keys
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.integration.conftest import SignedIn


def test_an_admin_makes_a_new_key(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    admin, page = signed_in("admin"), f"/t/{acme.slug}/keys"
    assert "No key yet" in admin.get(page).text

    for _ in range(2):
        assert admin.post(f"{page}/rotate").status_code == 303

    text = admin.get(page).text
    assert ("In use" in text, "Being replaced" in text) == (True, True)
    with sessions() as session, as_tenant(session, acme.id):
        assert len(list_keys(session, acme.id)) == 2


@pytest.mark.parametrize("role", ["viewer", "operator", "designer"])
def test_nobody_else_does(signed_in: SignedIn, acme: OrganisationView, role: str) -> None:
    other, page = signed_in(role), f"/t/{acme.slug}/keys"

    assert other.get(page).status_code == 403
    assert other.post(f"{page}/rotate").status_code == 403
