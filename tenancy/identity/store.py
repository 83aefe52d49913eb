"""An organisation's identity providers: set up, changed, switched and removed, each noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id, new_secret
from kernel.secrets import Vault
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.custom_roles.holding import require_role, roles_to_give
from tenancy.identity._tables import IdentityDomain, IdentityProvider, LinkedIdentity
from tenancy.identity.model import Domain, Provider, Wanted, check_wanted
from tenancy.keys.vault import tenant_vault
from tenancy.rows import find_owned

PROVIDERS_MAX = 10
_TAKEN = "a provider of this name is there already: choose another name"
_PLAIN = (
    "name",
    "issuer",
    "client_id",
    "scopes",
    "makes_people",
    "default_role",
    "groups_claim",
    "follows_groups",
    "trusts_addresses",
)
_SPOKEN = ("issuer", "client_id", "scopes")
"""What a try has shown to work: where one of it changes, it has to be tried again."""
_OTHER = "{}: switch the provider off before you change where people sign in"


def list_providers(session: Session, tenant_id: UUID, *, only_on: bool = False) -> list[Provider]:
    """List an organisation's providers by name."""
    wanted = select(IdentityProvider).where(IdentityProvider.tenant_id == tenant_id)
    if only_on:
        wanted = wanted.where(IdentityProvider.is_on)
    rows = session.scalars(wanted.order_by(func.lower(IdentityProvider.name))).all()
    return [_view(session, row) for row in rows]


def get_provider(session: Session, tenant_id: UUID, provider_id: UUID) -> Provider:
    """Give one; raises NotFoundError."""
    return _view(session, get_row(session, tenant_id, provider_id))


def hold_on(session: Session, tenant_id: UUID, provider_id: UUID) -> Provider | None:
    """Give a provider that is on and stays so to the transaction's end; None where it is not."""
    row = session.scalar(
        select(IdentityProvider)
        .where(
            IdentityProvider.tenant_id == tenant_id,
            IdentityProvider.id == provider_id,
            IdentityProvider.is_on,
        )
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    return _view(session, row) if row is not None else None


def secret_of(session: Session, tenant_id: UUID, provider_id: UUID, vault: Vault) -> str:
    """Open the client's secret; "" where there is none."""
    sealed = get_row(session, tenant_id, provider_id).secret_sealed
    return tenant_vault(session, tenant_id, vault).decrypt(sealed) if sealed else ""


def count_linked(session: Session, tenant_id: UUID, provider_id: UUID) -> int:
    """Count the people who are linked to a provider."""
    mine = (LinkedIdentity.tenant_id == tenant_id, LinkedIdentity.provider_id == provider_id)
    wanted = select(func.count(LinkedIdentity.person_id.distinct())).where(*mine)
    return session.scalar(wanted) or 0


def role_words(session: Session, tenant_id: UUID) -> dict[str, str]:
    """Give each role that can be given by its word."""
    return dict(roles_to_give(session, tenant_id))


def create(  # noqa: PLR0913  what, sealed by what, by whom and when
    session: Session,
    tenant_id: UUID,
    wanted: Wanted,
    *,
    vault: Vault,
    allow_plain: bool,
    by: str,
    now: datetime,
) -> Provider:
    """Set a provider up; it is off until it was tried.

    Raises:
        InvalidError: naming every field that is wrong.
        ForbiddenError: it would give a role that lets do more than who acts may.
        ConflictError: there are too many.
    """
    wanted = _checked(session, tenant_id, wanted, allow_plain=allow_plain)
    count = select(func.count()).select_from(IdentityProvider)
    if (session.scalar(count.where(IdentityProvider.tenant_id == tenant_id)) or 0) >= PROVIDERS_MAX:
        raise ConflictError(f"at most {PROVIDERS_MAX} providers: remove one that is not used")
    row = IdentityProvider(
        id=new_id(), tenant_id=tenant_id, is_on=False, tried_at=None, made_at=now, changed_at=now
    )
    _fill(session, row, wanted, vault=vault, by=by, now=now)
    with or_taken(session, _taken()):
        session.add(row)
        session.flush()
    _keep_domains(session, row, wanted.domains)
    facts: dict[str, Fact] = {"issuer": row.issuer, "client_id": row.client_id}
    note(session, tenant_id, "identity.set_up", now=now, about=about_of(row), facts=facts)
    return _view(session, row)


def change(  # noqa: PLR0913  which, what, sealed by what, by whom and when
    session: Session,
    tenant_id: UUID,
    provider_id: UUID,
    wanted: Wanted,
    *,
    vault: Vault,
    allow_plain: bool,
    by: str,
    now: datetime,
) -> Provider:
    """Change a provider; after another issuer, client, secret or scope it counts as not tried.

    Raises:
        NotFoundError: there is none.
        InvalidError, ForbiddenError: as `create` does; also where it is on and its issuer or its
            client would be another.
    """
    row = get_row(session, tenant_id, provider_id)
    before = _said(session, row)
    wanted = _checked(session, tenant_id, wanted, allow_plain=allow_plain)
    _require_same_or_off(row, wanted)
    is_new = bool(wanted.secret) or any(
        getattr(row, one) != getattr(wanted, one) for one in _SPOKEN
    )
    with or_taken(session, _taken()):
        _fill(session, row, wanted, vault=vault, by=by, now=now)
        session.flush()
    _keep_domains(session, row, wanted.domains)
    after = _said(session, row)
    fields = sorted(name for name in after if after[name] != before[name])
    if wanted.secret:
        fields.append("secret")
    if is_new:
        row.tried_at = None
    if fields:
        note(
            session,
            tenant_id,
            "identity.changed",
            now=now,
            about=about_of(row),
            facts={"fields": fields},
        )
    return _view(session, row)


def note_tried(session: Session, tenant_id: UUID, provider_id: UUID, *, now: datetime) -> None:
    """Note that an admin went through it: from now on it may be switched on."""
    row = get_row(session, tenant_id, provider_id)
    row.tried_at = now
    session.flush()
    note(session, tenant_id, "identity.tried", now=now, about=about_of(row))


def about_of(row: IdentityProvider) -> About:
    """Say which provider something was done to."""
    return About(kind="identity_provider", id=row.id, name=row.name)


def get_row(session: Session, tenant_id: UUID, provider_id: UUID) -> IdentityProvider:
    """Find the row of an organisation's provider; raises NotFoundError."""
    row = find_owned(session, IdentityProvider, tenant_id, provider_id)
    if row is None:
        raise NotFoundError("There is nothing at this address, or it is not yours to see.")
    return row


def _require_same_or_off(row: IdentityProvider, wanted: Wanted) -> None:
    """Refuse to send people elsewhere unseen, and the secret to whom it was not entered for."""
    for name in ("issuer", "client_id"):
        if row.is_on and getattr(row, name) != getattr(wanted, name):
            message = _OTHER.format(name)
            raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    if wanted.issuer != row.issuer and row.secret_sealed and not wanted.secret:
        message = "secret: enter the secret anew, since it would go to another issuer"
        raise InvalidError(message, problems=[Problem("/secret", message)])


def _taken() -> InvalidError:
    message = f"name: {_TAKEN}"
    return InvalidError(message, problems=[Problem("/name", message)])


def _checked(session: Session, tenant_id: UUID, wanted: Wanted, *, allow_plain: bool) -> Wanted:
    """Check what is wanted, roles by their words or names, none above who acts."""
    roles = role_words(session, tenant_id)
    words = {**{name.lower(): word for word, name in roles.items()}, **{one: one for one in roles}}
    pairs = tuple((group, words.get(role.lower(), role)) for group, role in wanted.role_map)
    wanted = replace(wanted, role_map=pairs)
    check_wanted(wanted, roles=roles, allow_plain=allow_plain)
    given = {wanted.default_role, *(role for _, role in pairs)} - {""}
    for role in sorted(given):
        require_role(session, tenant_id, role)
    return wanted


def _fill(
    session: Session,
    row: IdentityProvider,
    wanted: Wanted,
    *,
    vault: Vault,
    by: str,
    now: datetime,
) -> None:
    for name in _PLAIN:
        setattr(row, name, getattr(wanted, name))
    row.role_map = [list(pair) for pair in wanted.role_map]
    row.strong_values = list(wanted.strong_values)
    row.changed_at, row.changed_by = now, by[:200]
    if wanted.secret:
        row.secret_sealed = tenant_vault(session, row.tenant_id, vault).encrypt(wanted.secret)


def _keep_domains(session: Session, row: IdentityProvider, names: Sequence[str]) -> None:
    """Keep the proofs of the domains that stay, and ask for one of each that is new."""
    mine = (IdentityDomain.tenant_id == row.tenant_id, IdentityDomain.provider_id == row.id)
    session.execute(delete(IdentityDomain).where(*mine, IdentityDomain.domain.not_in(names)))
    there = set(session.scalars(select(IdentityDomain.domain).where(*mine)))
    for name in names:
        if name not in there:
            made = IdentityDomain(
                id=new_id(),
                tenant_id=row.tenant_id,
                provider_id=row.id,
                domain=name,
                key=new_secret("proof"),
                proven_at=None,
            )
            session.add(made)
    session.flush()


def _domains(session: Session, row: IdentityProvider) -> tuple[Domain, ...]:
    mine = (IdentityDomain.tenant_id == row.tenant_id, IdentityDomain.provider_id == row.id)
    rows = session.scalars(select(IdentityDomain).where(*mine).order_by(IdentityDomain.domain))
    return tuple(
        Domain(id=one.id, name=one.domain, key=one.key, proven_at=one.proven_at) for one in rows
    )


def _said(session: Session, row: IdentityProvider) -> dict[str, object]:
    said: dict[str, object] = {name: getattr(row, name) for name in _PLAIN}
    said["role_map"], said["strong_values"] = list(row.role_map), list(row.strong_values)
    said["domains"] = [one.name for one in _domains(session, row)]
    return said


def _view(session: Session, row: IdentityProvider) -> Provider:
    return Provider(
        id=row.id,
        tenant_id=row.tenant_id,
        has_secret=row.secret_sealed is not None,
        domains=_domains(session, row),
        role_map=tuple((group, role) for group, role in row.role_map),
        strong_values=tuple(row.strong_values),
        is_on=row.is_on,
        tried_at=row.tried_at,
        **{name: getattr(row, name) for name in _PLAIN},
    )
