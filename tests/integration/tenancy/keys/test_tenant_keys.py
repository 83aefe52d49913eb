"""Keys of tenants: what they seal opens for their tenant alone, and goes on to open over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.secrets import SecretError, Vault, new_key
from runtime.alarms._tables import Source
from runtime.alarms.sources.listened._tables import Listening
from runtime.alarms.sources.listened.kinds import SNMP
from runtime.alarms.sources.store import key_of
from tenancy.audit._tables import AuditEntry
from tenancy.connections._tables import Connection
from tenancy.connections.opening import open_connection
from tenancy.connections.store import rotate_connection
from tenancy.keys import rotation
from tenancy.keys._tables import DataKey
from tenancy.keys.places import Place, common_places, places
from tenancy.keys.vault import TenantVault
from tenancy.scope import as_tenant, system
from tenancy.sign_ins._tables import AuthenticatorApp
from tests.factories.connections import make_connection
from tests.factories.listening import USER, make_listened
from tests.factories.tenancy import NOON, make_customer, make_member

OLD_KEY, NEWER_KEY = new_key(), new_key()
VAULT = Vault([OLD_KEY])


def make_tenant(sessions: sessionmaker[Session]) -> UUID:
    with sessions.begin() as session:
        return make_customer(session).id


def make_secrets(sessions: sessionmaker[Session], tenant_id: UUID) -> UUID:
    """Keep a secret of each kind: a connection with a value before, and a source of traps."""
    with sessions.begin() as session, as_tenant(session, tenant_id):
        made = make_connection(session, tenant_id, vault=VAULT)
        values = {"key": "new"}
        rotate_connection(
            session, tenant_id, made.id, values=values, vault=VAULT, by="Ann", now=NOON
        )
        return make_listened(session, tenant_id, SNMP, vault=VAULT, **USER)


def sealed(session: Session, tenant_id: UUID) -> set[str]:
    """Give the ids of the keys that anything of a tenant is sealed by; "" is the installation."""
    connection = session.scalars(select(Connection).where(Connection.tenant_id == tenant_id)).one()
    source = session.scalars(select(Source).where(Source.tenant_id == tenant_id)).one()
    listening = session.scalars(select(Listening).where(Listening.tenant_id == tenant_id)).one()
    config = listening.config
    in_document = [config["community_sealed"], config["users"][0]["priv_sealed"]]
    found = [connection.sealed, connection.before_sealed or "", source.key_sealed, *in_document]
    return {one.split(".")[1] if one.startswith("g1.") else "" for one in found}


def key_ids(session: Session, tenant_id: UUID) -> list[str]:
    return [one.id.hex for one in rotation.list_keys(session, tenant_id)]


def opened_key(session: Session, tenant_id: UUID, vault: Vault = VAULT) -> object:
    """Open the connection's secret."""
    opened = open_connection(session, tenant_id, "Tickets", vault=vault, now=NOON)
    assert opened is not None
    return opened.values["key"]


def rotate(sessions: sessionmaker[Session], tenant_id: UUID) -> None:
    with sessions.begin() as session, as_tenant(session, tenant_id):
        rotation.rotate_key(session, tenant_id, vault=VAULT, now=NOON)


def test_a_secret_opens_for_its_tenant(sessions: sessionmaker[Session]) -> None:
    tenant_id = make_tenant(sessions)
    with sessions() as session, as_tenant(session, tenant_id):
        keys = TenantVault(session, tenant_id, VAULT)

        assert keys.decrypt(keys.encrypt("s3cret ü")) == "s3cret ü"
        assert keys.encrypt("a") != keys.encrypt("a")
        assert len(key_ids(session, tenant_id)) == 1


def test_a_secret_in_another_tenants_row_does_not_open(sessions: sessionmaker[Session]) -> None:
    mine, theirs = make_tenant(sessions), make_tenant(sessions)
    with sessions() as session, system(session):
        stolen = TenantVault(session, theirs, VAULT).encrypt("theirs")

        with pytest.raises(SecretError, match="not among"):
            TenantVault(session, mine, VAULT).decrypt(stolen)
        session.scalars(select(DataKey)).one().tenant_id = mine  # not even with its key
        session.flush()
        with pytest.raises(SecretError, match="changed"):
            TenantVault(session, mine, VAULT).decrypt(stolen)


@pytest.mark.parametrize("broken", ["g1.", "g1.x.y", "g1.{}.", "g1.{}.AAAA", "g1.{}.§"])
def test_what_is_no_sealed_text_is_refused(sessions: sessionmaker[Session], broken: str) -> None:
    tenant_id = make_tenant(sessions)
    with sessions() as session, as_tenant(session, tenant_id):
        keys = TenantVault(session, tenant_id, VAULT)
        key = keys.encrypt("x").split(".")[1]

        with pytest.raises(SecretError):
            keys.decrypt(broken.format(key))


def test_all_that_a_tenant_keeps_is_sealed_by_its_key(sessions: sessionmaker[Session]) -> None:
    tenant_id = make_tenant(sessions)
    make_secrets(sessions, tenant_id)

    with sessions() as session, as_tenant(session, tenant_id):
        assert sealed(session, tenant_id) == set(key_ids(session, tenant_id))


def test_a_rotation_seals_everything_anew_and_removes_the_old_key(
    sessions: sessionmaker[Session],
) -> None:
    tenant_id = make_tenant(sessions)
    source_id = make_secrets(sessions, tenant_id)
    with sessions() as session, as_tenant(session, tenant_id):
        (before,) = key_ids(session, tenant_id)
        address = key_of(session, tenant_id, source_id, vault=VAULT)

    rotate(sessions, tenant_id)
    count = rotation.reseal(sessions, tenant_id, vault=VAULT)

    with sessions() as session, as_tenant(session, tenant_id):
        (after,) = key_ids(session, tenant_id)
        assert (after != before, count) == (True, 4)
        assert sealed(session, tenant_id) == {after}
        assert opened_key(session, tenant_id) == "new"
        assert key_of(session, tenant_id, source_id, vault=VAULT) == address
        said = select(AuditEntry.action).where(AuditEntry.tenant_id == tenant_id)
        assert "keys.rotated" in set(session.scalars(said))


def test_a_rotation_that_was_killed_half_way_leaves_everything_readable_and_is_finished(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_id = make_tenant(sessions)
    make_secrets(sessions, tenant_id)
    rotate(sessions, tenant_id)
    with monkeypatch.context() as patched:
        patched.setattr(rotation, "places", lambda: _die_after(places()[:1]))
        with pytest.raises(KeyboardInterrupt):
            rotation.reseal(sessions, tenant_id, vault=VAULT)
    with sessions() as session, as_tenant(session, tenant_id):
        assert sealed(session, tenant_id) == set(key_ids(session, tenant_id))
        assert len(key_ids(session, tenant_id)) == 2
        assert opened_key(session, tenant_id) == "new"

    rotation.finish(sessions, vault=VAULT)

    with sessions() as session, as_tenant(session, tenant_id):
        assert [sealed(session, tenant_id)] == [set(key_ids(session, tenant_id))]
        assert len(key_ids(session, tenant_id)) == 1


def test_a_rotation_that_breaks_keeps_no_other_from_being_finished(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted(make_tenant(sessions) for _ in range(2))
    done: list[UUID] = []

    def reseal(_: object, tenant_id: UUID, **__: object) -> None:
        if tenant_id == first:
            raise RuntimeError("broken")
        done.append(tenant_id)

    monkeypatch.setattr(rotation, "unfinished", lambda _: [first, second])
    monkeypatch.setattr(rotation, "reseal", reseal)

    rotation.finish(sessions, vault=VAULT)

    assert done == [second]


def _die_after(first: Sequence[Place]) -> Iterator[Place]:
    yield from first
    raise KeyboardInterrupt


def test_what_was_sealed_before_tenants_had_keys_opens_and_is_sealed_anew(
    sessions: sessionmaker[Session],
) -> None:
    tenant_id = make_tenant(sessions)
    make_secrets(sessions, tenant_id)
    with sessions.begin() as session, as_tenant(session, tenant_id):
        row = session.scalars(select(Connection)).one()
        row.sealed = VAULT.encrypt('{"key": "of old"}')
        listening = session.scalars(select(Listening)).one()
        listening.config = {**listening.config, "community_sealed": VAULT.encrypt("public")}
        session.flush()
        assert opened_key(session, tenant_id) == "of old"
    with sessions() as session, system(session):
        assert rotation.count_old(session) == {"connection.sealed": 1, "source_listening.config": 1}

    rotation.reseal(sessions, tenant_id, vault=VAULT)

    with sessions() as session, system(session):
        assert rotation.count_old(session) == {}
        assert opened_key(session, tenant_id) == "of old"


def test_a_new_key_of_the_installation_renews_keys_and_leaves_secrets(
    sessions: sessionmaker[Session],
) -> None:
    tenant_id = make_tenant(sessions)
    make_secrets(sessions, tenant_id)
    with sessions() as session, system(session):
        before = session.scalar(select(Connection.sealed))
    both = Vault([NEWER_KEY, OLD_KEY])

    with sessions.begin() as session, system(session):
        assert rotation.count_old_wrapped(session, both) == 1
        assert rotation.rewrap(session, vault=both) == 1
        assert rotation.count_old_wrapped(session, both) == 0

    with sessions() as session, as_tenant(session, tenant_id):
        assert session.scalar(select(Connection.sealed)) == before
        assert opened_key(session, tenant_id, Vault([NEWER_KEY])) == "new"


def test_a_new_key_of_the_installation_seals_what_is_nobodys_too(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session, system(session):
        person = make_member(session, make_customer(session))
        sealed = Vault([OLD_KEY]).encrypt("otp")
        session.add(AuthenticatorApp(person_id=person.id, sealed=sealed, made_at=NOON))
        session.flush()

        rotation.rewrap(session, vault=Vault([NEWER_KEY, OLD_KEY]))

        kept = session.scalars(select(AuthenticatorApp)).one()
        assert Vault([NEWER_KEY]).decrypt(kept.sealed) == "otp"


def test_secrets_whose_keys_were_destroyed_open_never_again(
    sessions: sessionmaker[Session],
) -> None:
    tenant_id, other = make_tenant(sessions), make_tenant(sessions)
    make_secrets(sessions, tenant_id)
    make_secrets(sessions, other)

    with sessions.begin() as session, as_tenant(session, tenant_id):
        assert rotation.destroy_keys(session, tenant_id, now=NOON) == 1

    with sessions() as session:
        with as_tenant(session, tenant_id), pytest.raises(SecretError, match="Enter the secret"):
            opened_key(session, tenant_id)
        with as_tenant(session, other):
            assert opened_key(session, other) == "new"


def test_a_secret_that_no_key_opens_stops_no_rotation(sessions: sessionmaker[Session]) -> None:
    tenant_id = make_tenant(sessions)
    make_secrets(sessions, tenant_id)
    with sessions.begin() as session, as_tenant(session, tenant_id):
        session.scalars(select(Connection)).one().sealed = Vault([new_key()]).encrypt("{}")

    rotate(sessions, tenant_id)
    rotation.reseal(sessions, tenant_id, vault=VAULT)

    with sessions() as session, as_tenant(session, tenant_id):
        assert len(key_ids(session, tenant_id)) == 1
        assert sealed(session, tenant_id) == {"", *key_ids(session, tenant_id)}


def test_every_place_of_secrets_is_known() -> None:
    assert {one.name for one in places()} == {
        "connection.before_sealed",
        "connection.sealed",
        "connection.token_sealed",
        "hook.key_sealed",
        "hook.old_secret_sealed",
        "hook.secret_sealed",
        "identity_provider.secret_sealed",
        "identity_session.token_sealed",
        "organisation_archive.passphrase_sealed",
        "kept_answer.sealed",
        "source.key_sealed",
        "source_listening.config",
    }
    assert all(one.key is not None for one in places())
    assert [str(one) for one in common_places()] == ["AuthenticatorApp.sealed", "Mail.text"]
