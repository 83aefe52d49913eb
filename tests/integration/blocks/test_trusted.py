"""The installation's trust in its database: founded, grown, rotated, revoked, imported."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from blocks.packages import trusted
from blocks.packages._tables import TrustDocument
from blocks.packages.signing import NotTrustedError, key_id, read_envelope
from kernel.errors import NotFoundError
from tests.factories.packages import KEY, OTHER_KEY, ROOT_KEY, make_package
from tests.factories.tenancy import NOON

DAY = timedelta(days=1)


@pytest.fixture
def founded(session: Session) -> Session:
    trusted.found_trust(session, ROOT_KEY, now=NOON)
    trusted.add_publisher(session, ROOT_KEY, "acme", KEY.public_key(), now=NOON)
    return session


def _refusal(session: Session) -> str:
    with pytest.raises(NotTrustedError) as refused:
        trusted.admit(session, make_package(KEY), now=NOON)
    return refused.value.code


def test_a_package_is_admitted_once_it_is_listed(founded: Session) -> None:
    assert _refusal(founded) == "package.unknown"

    digest = trusted.add_release(founded, ROOT_KEY, make_package(KEY), now=NOON)

    assert trusted.admit(founded, make_package(KEY), now=NOON).digest == digest


def test_without_a_root_nothing_is_admitted(session: Session) -> None:
    assert _refusal(session) == "root.missing"


def test_a_second_root_is_refused(founded: Session) -> None:
    with pytest.raises(NotTrustedError) as refused:
        trusted.found_trust(founded, OTHER_KEY, now=NOON)

    assert refused.value.code == "root.known"


def test_only_the_root_changes_the_index(founded: Session) -> None:
    with pytest.raises(NotTrustedError) as refused:
        trusted.add_publisher(founded, KEY, "evil", KEY.public_key(), now=NOON)

    assert refused.value.code == "index.not_signed"
    assert "evil" not in trusted.current_index(founded, now=NOON).publishers


def test_a_listed_version_never_gets_another_content(founded: Session) -> None:
    trusted.add_release(founded, ROOT_KEY, make_package(KEY), now=NOON)

    other = make_package(KEY, more={"more.txt": b"x"})
    with pytest.raises(NotTrustedError) as refused:
        trusted.add_release(founded, ROOT_KEY, other, now=NOON)

    assert refused.value.code == "package.other"


def test_a_revoked_key_signs_nothing_new_and_what_it_signed_before_holds(founded: Session) -> None:
    trusted.add_release(founded, ROOT_KEY, make_package(KEY), now=NOON)
    lost = key_id(KEY.public_key())
    trusted.revoke_key(founded, ROOT_KEY, lost, since=NOON + DAY, now=NOON + DAY)

    assert trusted.admit(founded, make_package(KEY), now=NOON + DAY).key_ids == (lost,)
    newer = make_package(KEY, version="1.0.1")
    with pytest.raises(NotTrustedError) as refused:
        trusted.add_release(founded, ROOT_KEY, newer, now=NOON + 2 * DAY)
    assert refused.value.code == "key.revoked"


def test_a_key_is_never_revoked_for_a_shorter_time_than_before(founded: Session) -> None:
    lost = key_id(KEY.public_key())
    for since in (NOON, NOON + DAY):
        trusted.revoke_key(founded, ROOT_KEY, lost, since=since, now=NOON)

    assert trusted.current_index(founded, now=NOON).revoked_keys == {lost: NOON}


def test_a_key_that_nobody_has_is_not_revoked(founded: Session) -> None:
    with pytest.raises(NotFoundError):
        trusted.revoke_key(founded, ROOT_KEY, "0" * 64, since=NOON, now=NOON)


def test_a_revoked_package_is_refused(founded: Session) -> None:
    digest = trusted.add_release(founded, ROOT_KEY, make_package(KEY), now=NOON)
    trusted.revoke_package(founded, ROOT_KEY, digest, reason="It leaks.", now=NOON)

    assert _refusal(founded) == "package.revoked"


def test_a_package_is_offered_again_by_who_counter_signed_it(founded: Session) -> None:
    trusted.add_publisher(founded, ROOT_KEY, "northwind", OTHER_KEY.public_key(), now=NOON)
    both = make_package(KEY, OTHER_KEY)
    trusted.add_release(founded, ROOT_KEY, both, by="northwind", now=NOON)

    assert trusted.admit(founded, both, now=NOON).key_ids == (key_id(OTHER_KEY.public_key()),)
    assert _refusal(founded) == "package.not_signed"


def test_an_expired_index_admits_nothing_until_it_is_renewed(founded: Session) -> None:
    late = NOON + trusted.INDEX_LIFE
    with pytest.raises(NotTrustedError) as refused:
        trusted.current_index(founded, now=late)
    assert refused.value.code == "index.expired"

    trusted.renew_index(founded, ROOT_KEY, now=late)

    assert trusted.current_index(founded, now=late).expires == late + trusted.INDEX_LIFE


def test_a_rotated_root_takes_over_and_the_old_key_is_worth_nothing(founded: Session) -> None:
    trusted.rotate_root(founded, ROOT_KEY, OTHER_KEY, now=NOON)

    root = trusted.known_root(founded)
    assert root
    assert list(root.keys) == [key_id(OTHER_KEY.public_key())]
    assert "acme" in trusted.current_index(founded, now=NOON).publishers
    with pytest.raises(NotTrustedError) as refused:
        trusted.renew_index(founded, ROOT_KEY, now=NOON)
    assert refused.value.code == "index.not_signed"


def test_an_older_index_is_not_imported(founded: Session) -> None:
    older = trusted.stored_documents(founded)["index"]
    trusted.renew_index(founded, ROOT_KEY, now=NOON)

    with pytest.raises(NotTrustedError) as refused:
        trusted.import_index(founded, read_envelope(older), now=NOON)

    assert refused.value.code == "index.old"


def test_another_index_with_the_same_serial_is_not_imported(founded: Session) -> None:
    before = trusted.stored_documents(founded)["index"]
    with founded.begin_nested() as undone:
        trusted.renew_index(founded, ROOT_KEY, now=NOON + DAY)
        other = trusted.stored_documents(founded)["index"]
        undone.rollback()
    trusted.renew_index(founded, ROOT_KEY, now=NOON)
    serial = trusted.current_index(founded, now=NOON).serial

    with pytest.raises(NotTrustedError, match=f"serial {serial}"):
        trusted.import_index(founded, read_envelope(other), now=NOON)
    assert before != other


def test_documents_of_one_installation_are_taken_by_another(session: Session) -> None:
    trusted.found_trust(session, ROOT_KEY, now=NOON)
    documents = trusted.stored_documents(session)
    session.rollback()

    trusted.import_root(session, read_envelope(documents["root"]), now=NOON)
    trusted.import_root(session, read_envelope(documents["root"]), now=NOON)
    trusted.import_index(session, read_envelope(documents["index"]), now=NOON)

    assert trusted.current_index(session, now=NOON).serial == 1


def test_a_row_that_was_changed_behind_garlands_back_is_not_believed(founded: Session) -> None:
    row = founded.get(TrustDocument, "index")
    assert row
    text = row.envelope.replace('"payload":"eyJ', '"payload":"eyK', 1)
    row.envelope = text
    founded.flush()

    assert _refusal(founded) == "signature.wrong"
