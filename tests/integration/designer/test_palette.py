"""What the palette remembers is a person's own in one organisation, and so is what it suggests."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from blocks.packages.package import read_package, sign_package
from blocks.packages.trusted import add_publisher, add_release, found_trust, revoke_package
from designer.palette import offering
from designer.palette.memory import FAVOURITES_MOST, RECENT_MOST, memory_of, set_favourite
from designer.palette.offering import coming
from kernel.errors import ConflictError
from runtime.flows.following import Pair, live_pairs
from runtime.flows.versions import FlowView, publish_flow, save_draft
from runtime.packs.parts import block_titles
from tenancy.members import list_members
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.installs import REACHES_OUT, make_package
from tests.factories.packages import KEY, ROOT_KEY
from tests.factories.packs import make_block_files, make_pack_package
from tests.factories.tenancy import NOON, make_customer, make_member
from tests.integration.conftest import SignedIn

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
WAIT, END = "garland.wait", "garland.end"
Sessions = sessionmaker[Session]


def palette(browser: FlaskClient, tenant: OrganisationView) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"/t/{tenant.slug}/palette").get_json()
    return found


def names(found: dict[str, Any], group: int) -> list[str]:
    return [key.partition("@")[0] for (key,) in found["palette"]["mine"][group][1]]


def mark(browser: FlaskClient, tenant: OrganisationView, name: str, verb: str = "add") -> int:
    return browser.post(f"/t/{tenant.slug}/palette/favourites/{name}/{verb}").status_code


def draft(sessions: Sessions, tenant_id: UUID, **steps: Any) -> FlowView:
    with sessions.begin() as session, as_tenant(session, tenant_id):
        document = flow_document(steps, [], name="Drawn", triggers={"hand": {"kind": "manual"}})
        return make_flow(session, tenant_id, document, publish=False)


def put(browser: FlaskClient, tenant: OrganisationView, flow: FlowView, **steps: Any) -> Any:
    document = {**flow.draft, "steps": {**flow.draft["steps"], **steps}}
    body = {"revision": flow.draft_revision, "document": document}
    answer = browser.put(f"/t/{tenant.slug}/workflows/{flow.id}/draft", json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def pairs(sessions: Sessions, tenant_id: UUID) -> dict[Pair, int]:
    with sessions() as session, as_tenant(session, tenant_id):
        return live_pairs(session, tenant_id)


def test_a_star_is_kept_for_one_person_and_taken_off_again(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    one, other = signed_in("designer"), signed_in("designer")

    assert mark(one, acme, WAIT) == 200
    assert mark(one, acme, "trigger:rule") == 200

    assert names(palette(one, acme), 0) == [WAIT, "trigger:rule"]
    assert palette(one, acme)["blocks"]["trigger:rule"]["favourite"] is True
    assert names(palette(other, acme), 0) == []
    assert mark(one, acme, WAIT, "remove") == 200
    assert names(palette(one, acme), 0) == ["trigger:rule"]


def test_a_star_of_a_block_that_is_gone_can_be_taken_off(
    signed_in: SignedIn, sessions: Sessions, acme: OrganisationView
) -> None:
    browser = signed_in("designer")
    with sessions.begin() as session, as_tenant(session, acme.id):
        person = list_members(session, acme.id)[0].person_id
        set_favourite(session, acme.id, person, "acme.gone", is_one=True)

    assert mark(browser, acme, "acme.gone", "remove") == 200

    with sessions() as session, as_tenant(session, acme.id):
        assert memory_of(session, acme.id, person).favourites == ()


def test_a_star_counts_in_one_organisation(sessions: Sessions, acme: OrganisationView) -> None:
    with sessions.begin() as session:
        neighbour = make_customer(session, "Neighbour").id
        person = make_member(session, acme, "designer").id
    with sessions.begin() as session, as_tenant(session, acme.id):
        set_favourite(session, acme.id, person, WAIT, is_one=True)

    with sessions() as session, as_tenant(session, neighbour):
        assert memory_of(session, neighbour, person).favourites == ()


def test_what_is_no_block_cannot_be_marked(signed_in: SignedIn, acme: OrganisationView) -> None:
    assert mark(signed_in("designer"), acme, "acme.nothing") == 404
    assert mark(signed_in("designer"), acme, "trigger:nothing") == 404


def test_who_may_not_edit_has_no_palette(signed_in: SignedIn, acme: OrganisationView) -> None:
    viewer = signed_in("viewer")

    assert viewer.get(f"/t/{acme.slug}/palette").status_code == 403
    assert mark(viewer, acme, WAIT) == 403


def test_there_is_a_most_of_favourites(
    signed_in: SignedIn, sessions: Sessions, acme: OrganisationView
) -> None:
    signed_in("designer")
    with sessions.begin() as session, as_tenant(session, acme.id):
        person = list_members(session, acme.id)[0].person_id
        for number in range(FAVOURITES_MOST):
            set_favourite(session, acme.id, person, f"acme.b{number}", is_one=True)

        with pytest.raises(ConflictError, match="take the star off another first"):
            set_favourite(session, acme.id, person, WAIT, is_one=True)


def test_what_a_saved_draft_has_more_of_was_placed_last(
    signed_in: SignedIn, sessions: Sessions, acme: OrganisationView
) -> None:
    flow, one, other = draft(sessions, acme.id), signed_in("designer"), signed_in("designer")

    answer = put(one, acme, flow, a=step("wait"), b=step("end"))

    assert [key for (key,) in answer["palette"][1][1]] == [f"{END}@1.0.0", f"{WAIT}@1.0.0"]
    assert names(palette(one, acme), 1) == [END, WAIT]
    assert names(palette(other, acme), 1) == []


def test_only_the_last_few_are_remembered(
    signed_in: SignedIn, sessions: Sessions, acme: OrganisationView
) -> None:
    flow, browser = draft(sessions, acme.id), signed_in("designer")
    blocks = ("wait", "end", "fail", "branch", "switch", "code", "approval", "set-data", "decide")

    put(browser, acme, flow, **{f"s{at}": step(one) for at, one in enumerate(blocks)})

    assert names(palette(browser, acme), 1)[0] == "garland.decide"
    assert len(names(palette(browser, acme), 1)) == RECENT_MOST


def test_pairs_are_of_what_is_live_here_and_now(sessions: Sessions, acme: OrganisationView) -> None:
    steps = {"a": step("set-data", config={"values": {"n": 1}}), "b": step("end")}
    pair = Pair("garland.set-data", "done", END)
    with sessions.begin() as session:
        neighbour = make_customer(session, "Neighbour").id
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, flow_document(steps, ["hand > a", "a > b"], name="One"))
        make_flow(session, acme.id, flow_document(steps, ["hand > a", "a > b"]), publish=False)

    assert pairs(sessions, acme.id)[pair] == 1
    assert pairs(sessions, neighbour) == {}
    with sessions.begin() as session, as_tenant(session, acme.id):
        save_draft(
            session,
            acme.id,
            flow.id,
            document=flow_document({"a": steps["a"]}, ["hand > a"], name="One"),
            expected_revision=flow.draft_revision,
            by="test",
            now=NOON,
        )
        publish_flow(session, acme.id, flow.id, by="test", now=NOON)
    assert pairs(sessions, acme.id)[pair] == 0


def test_the_palette_says_why_something_works_well_after(
    signed_in: SignedIn, sessions: Sessions, acme: OrganisationView
) -> None:
    steps = {"a": step("set-data", config={"values": {"n": 1}}), "b": step("end")}
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_flow(session, acme.id, flow_document(steps, ["hand > a", "a > b"]))

    after = palette(signed_in("designer"), acme)["palette"]["after"]["garland.set-data:done"]

    assert after[0] == [f"{END}@1.0.0", "After Set data in one of your workflows"]


def bring(browser: FlaskClient, tenant: OrganisationView, data: bytes) -> Any:
    sent = {"file": (io.BytesIO(data), "it.gblk")}
    return browser.post(
        f"/t/{tenant.slug}/palette/catalogue", data=sent, headers=PART, follow_redirects=True
    )


def test_a_block_is_brought_agreed_to_and_installed_over_the_canvas(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser, package = signed_in("admin"), make_package(permissions=REACHES_OUT)

    asked = browser.get(bring(browser, acme, package).request.path, headers=PART)
    refused = browser.post(asked.request.path, headers=PART)
    done = browser.post(asked.request.path, data={"consent": "true"}, headers=PART)

    assert "probe.example" in asked.text
    assert "<html" not in asked.text
    assert refused.status_code == 409
    assert "consent to it" in refused.text
    assert "Your workflow is as you left it" in done.text
    assert "palette:changed" in done.headers["HX-Trigger"]
    assert "acme.say@1.0.0" in palette(browser, acme)["blocks"]


def test_a_pack_with_blocks_is_offered_and_installed_over_the_canvas(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser = signed_in("admin")
    pack = make_pack_package(parts=make_block_files(permissions=REACHES_OUT))
    asked = bring(browser, acme, pack)
    listed = browser.get(f"/t/{acme.slug}/palette/catalogue?q=say", headers=PART).text
    plan = f"/t/{acme.slug}/packs/acme.core-site/plan"

    done = browser.post(plan, data={"consent": "true"}, headers=PART)

    assert "Say a word" in asked.text
    assert "Brings Say a word" in listed
    assert 'data-entry="acme.say@1.0.0"' in done.text
    after = browser.get(f"/t/{acme.slug}/palette/catalogue", headers=PART).text
    assert "Nothing waits to be installed" in after


def test_a_file_that_is_no_package_is_refused_in_the_dialog(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    answer = bring(signed_in("admin"), acme, b"no zip")

    assert answer.status_code == 422
    assert 'id="catalogue-list"' in answer.text


def test_who_may_not_install_is_told_who_may_and_is_offered_nothing(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    admin, designer = signed_in("admin"), signed_in("designer")
    bring(admin, acme, make_package())

    shown = designer.get(f"/t/{acme.slug}/palette/catalogue", headers=PART).text

    assert "You may not install blocks" in shown
    assert "mailto:" in shown
    assert "Say a word" not in shown
    assert 'type="file"' not in shown
    assert bring(designer, acme, make_package()).status_code == 403


def test_what_one_organisation_brought_is_not_offered_to_another(
    signed_in: SignedIn, sessions: Sessions, acme: OrganisationView
) -> None:
    bring(signed_in("admin"), acme, make_package())
    with sessions.begin() as session:
        neighbour = make_customer(session, "Neighbour").id

    with sessions() as session, as_tenant(session, neighbour):
        assert coming(session, neighbour, now=NOON) == []
    with sessions() as session, as_tenant(session, acme.id):
        assert [one.title for one in coming(session, acme.id, now=NOON)] == ["Say a word"]


def vouch(sessions: Sessions, data: bytes) -> bytes:
    """Sign a package with a key that this installation believes, and list it."""
    signed = sign_package(data, KEY)
    with sessions.begin() as session, system(session):
        found_trust(session, ROOT_KEY, now=NOON)
        add_publisher(session, ROOT_KEY, "acme", KEY.public_key(), now=NOON)
        add_release(session, ROOT_KEY, read_package(signed), now=NOON)
    return signed


def revoke(sessions: Sessions, data: bytes) -> None:
    with sessions.begin() as session, system(session):
        digest = read_package(data).digest
        revoke_package(session, ROOT_KEY, digest, reason="It leaks", now=NOON)


@pytest.mark.parametrize(
    ("package", "says"),
    [
        pytest.param(make_package(), "What it may do", id="a block"),
        pytest.param(make_pack_package(parts=make_block_files()), "Back", id="a pack"),
    ],
)
def test_what_was_revoked_while_it_was_looked_at_is_refused_in_the_dialog_with_the_reason(
    signed_in: SignedIn, sessions: Sessions, acme: OrganisationView, package: bytes, says: str
) -> None:
    browser, signed = signed_in("admin"), vouch(sessions, package)
    looked = bring(browser, acme, signed).request
    revoke(sessions, signed)

    data = {"consent": "true", "version": looked.args.get("version", "")}
    refused = browser.post(looked.path, data=data, headers=PART)

    assert refused.status_code == 422
    assert "It leaks" in refused.text
    assert says in refused.text
    assert "<html" not in refused.text


def test_a_pack_is_read_once_for_the_catalogue_and_no_longer_listed_once_revoked(
    signed_in: SignedIn,
    sessions: Sessions,
    acme: OrganisationView,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signed = vouch(sessions, make_pack_package(parts=make_block_files(title="Read once")))
    bring(signed_in("admin"), acme, signed)
    read: list[tuple[str, ...]] = []

    def titles(package: Any) -> tuple[str, ...]:
        read.append(block_titles(package))
        return read[-1]

    monkeypatch.setattr(offering, "block_titles", titles)
    with sessions() as session, as_tenant(session, acme.id):
        found = [coming(session, acme.id, now=NOON) for _ in range(3)]
    revoke(sessions, signed)
    with sessions() as session, as_tenant(session, acme.id):
        after = coming(session, acme.id, now=NOON)

    assert [len(one) for one in found] == [1, 1, 1]
    assert read.count(("Read once",)) == 1
    assert after == []
