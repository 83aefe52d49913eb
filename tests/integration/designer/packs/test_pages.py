"""The pages of packs: what is offered, what would come, what goes and what stays."""

from __future__ import annotations

import io
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import delete, exists
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs._tables import BlockInstall, BlockPackage
from tenancy.organisations import OrganisationView
from tenancy.scope import system
from tests.factories.packs import make_block_files, make_pack_package
from tests.integration.conftest import SignedIn
from tests.integration.designer.packs.conftest import ONLY_FLOW, edit, flow, message_of, parts


def bring(browser: FlaskClient, acme: OrganisationView, **said: Any) -> str:
    """Bring a pack by the form; give the page of what it would do."""
    sent = {"file": (io.BytesIO(make_pack_package(**said)), "site.gblk")}
    answer = browser.post(f"/t/{acme.slug}/packs", data=sent)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].partition("?")[0]


def form_of(page: str) -> dict[str, str]:
    """Read the hidden fields of the plan."""
    return dict(re.findall(r'name="(version|mark)" value="([^"]*)"', page))


def agree(browser: FlaskClient, address: str, **said: str) -> str:
    fields = form_of(browser.get(address).text)
    answer = browser.post(address, data={**fields, **said}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_the_standard_packs_are_offered_with_their_blocks(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser = signed_in("viewer")

    offered = browser.get(f"/t/{acme.slug}/packs").text
    alarms = browser.get(f"/t/{acme.slug}/packs/garland.alarms").text

    assert "Alarms" in offered
    assert "Bring a pack" not in offered
    assert "Acknowledge alarm" in alarms
    assert "Escalate what stays open" in alarms
    assert "Install…" not in alarms


def test_a_pack_is_looked_at_agreed_to_and_seen(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser = signed_in()
    address = bring(browser, acme, parts=parts())

    plan = browser.get(address).text
    refused = browser.post(address, data=form_of(plan))
    page = agree(browser, address, consent="true")

    assert "To ask the probe" in plan
    assert "Nobody vouches for this pack" in plan
    assert refused.status_code == 409
    assert "consent to it" in refused.text
    assert "Core site 1.0.0 is installed" in page
    assert "Tell the site" in page


def test_an_upgrade_shows_what_was_changed_and_takes_the_packs_where_ticked(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    browser = signed_in()
    agree(browser, bring(browser, acme, parts=ONLY_FLOW))
    edit(sessions, acme, "mine")
    address = bring(browser, acme, version="1.1.0", parts={"flows/tell.json": flow("newer")})

    plan = browser.get(address).text
    agree(browser, address, take="flows/tell.json")

    assert "Was changed by you" in plan
    assert "instead of yours" in plan
    assert message_of(sessions, acme) == "newer"


def test_what_would_be_otherwise_than_seen_is_shown_again(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    browser = signed_in()
    agree(browser, bring(browser, acme, parts=ONLY_FLOW))
    address = bring(browser, acme, version="1.1.0", parts={"flows/tell.json": flow("newer")})
    seen = form_of(browser.get(address).text)
    edit(sessions, acme, "mine")

    moved = browser.post(address, data=seen)

    assert moved.status_code == 409
    assert "something changed since you looked" in moved.text
    assert "Was changed by you" in moved.text


def test_removal_says_what_stays_before_it_is_done(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    browser = signed_in()
    agree(browser, bring(browser, acme, parts=ONLY_FLOW))
    edit(sessions, acme, "mine")
    here = f"/t/{acme.slug}/packs/acme.core-site"

    asked = browser.get(f"{here}/removal").text
    done = browser.post(f"{here}/remove", follow_redirects=True).text

    assert "What stays, as your own" in asked
    assert "you changed it since" in asked
    assert "what stays: Tell the site (you changed it since)" in done
    assert message_of(sessions, acme) == "mine"


def test_an_upgrade_is_taken_back_and_a_version_taken_off_the_list(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    browser = signed_in()
    agree(browser, bring(browser, acme, parts=ONLY_FLOW))
    agree(browser, bring(browser, acme, version="1.1.0", parts={"flows/tell.json": flow("newer")}))
    here = f"/t/{acme.slug}/packs/acme.core-site"

    assert "Go back to 1.0.0?" in browser.get(here).text
    browser.post(f"{here}/undo")
    browser.post(f"{here}/versions/1.1.0/drop")

    assert message_of(sessions, acme) == "hi"
    browser.get(here)  # says once what was done
    assert "1.1.0" not in browser.get(here).text


def test_a_bad_pack_is_told_on_the_page(signed_in: SignedIn, acme: OrganisationView) -> None:
    sent = {"file": (io.BytesIO(make_pack_package(parts={"rules/r.json": {}})), "site.gblk")}

    refused = signed_in().post(f"/t/{acme.slug}/packs", data=sent)

    assert refused.status_code == 422
    assert "rules/r.json: " in refused.text


def test_an_upgrade_that_cannot_be_taken_back_says_why(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    browser = signed_in()
    agree(browser, bring(browser, acme, parts=make_block_files()))
    newer = make_block_files(version="1.1.0")
    agree(browser, bring(browser, acme, version="1.1.0", parts=newer))
    with sessions.begin() as session, system(session):  # as one let go before this was minded
        old = exists().where(BlockInstall.digest == BlockPackage.digest)
        session.execute(delete(BlockPackage).where(~old))

    refused = browser.post(f"/t/{acme.slug}/packs/acme.core-site/undo")

    assert refused.status_code == 409
    assert "acme.say 1.0.0 is not kept here any more: install that version under Blocks first" in (
        refused.text
    )
    assert "Core site" in refused.text
