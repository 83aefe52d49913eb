"""Organisations that sign up: asked for on a page, made behind a link that is mailed.

The password is chosen behind the link and not before: whoever types somebody else's address would
otherwise know the password of the person that the link then makes. For the same reason the mail
holds nothing that was typed: nobody can have their words mailed to others from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import (
    ConflictError,
    GarlandError,
    InvalidError,
    NotFoundError,
    Problem,
    TooManyError,
)
from kernel.ids import SLUG_MAX, new_id, new_secret, sha256_of, slugify
from tenancy import members, people
from tenancy._tables import NAME_MAX, Person
from tenancy.access import facts_of
from tenancy.audit.trail import About, Actor, note
from tenancy.customers.setting_up import set_up
from tenancy.life_cycle.changing import begin_trial
from tenancy.life_cycle.states import TRIAL_DAYS
from tenancy.mails.outbox import Wish, write_mail
from tenancy.organisations import (
    OrganisationView,
    create_organisation,
    find_by_slug,
    get_organisation,
)
from tenancy.plans.assigning import put_on_plan
from tenancy.plans.store import get_plan
from tenancy.scope import as_tenant, system
from tenancy.sign_ups._tables import SignUp
from tenancy.sign_ups.policy import open_csp, policy_of

log = structlog.get_logger(__name__)

LASTS = timedelta(days=1)
DAY = timedelta(days=1)
PER_DAY_MAX = 100
PER_ADDRESS_MAX = 3
KEPT_FOR = timedelta(days=30)
GONE = "This link no longer works: it was used, or it ran out. Sign up again."
UNPROVED = (
    "this e-mail address was never confirmed: choose a new password first, by “Forgotten your "
    "password?” on the sign-in page, and open the link again"
)
KNOWN = "somebody signs in with this e-mail address already: open the link again"
_SUFFIX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What whoever opened the link of a sign-up asked for."""

    organisation: str
    name: str
    email: str
    csp_id: UUID
    csp_name: str
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUp:
    """The organisation that was made, and its first admin; `is_new` where that person was made."""

    organisation: OrganisationView
    person_id: UUID
    is_new: bool


def ask(
    session: Session, slug: str, *, organisation: str, name: str, email: str, now: datetime
) -> None:
    """Note who wants to sign up under a CSP, and mail the link.

    Three a day for an address; what is over that is left out silently.

    Raises:
        NotFoundError: no CSP of that address lets organisations sign up.
        InvalidError: naming the field.
        TooManyError: the CSP has as many of a day as it may.
    """
    csp = open_csp(session, slug)
    address = people.read_email(email)
    called, who = _text("organisation", organisation), _text("name", name)
    with as_tenant(session, csp.id):
        if _lately(session, csp.id, now=now) >= PER_DAY_MAX:
            words = "too many organisations signed up here today: try again tomorrow"
            raise TooManyError(words, retry_after_s=int(DAY.total_seconds()))
        if _lately(session, csp.id, address, now=now) >= PER_ADDRESS_MAX:
            return
        key = new_secret("key")
        row = SignUp(
            id=new_id(),
            tenant_id=csp.id,
            organisation=called,
            name=who,
            email=address,
            digest=sha256_of(key),
            made_at=now,
            expires_at=now + LASTS,
        )
        session.add(row)
        session.flush()
    wish = Wish(
        kind="sign_up",
        to=address,
        facts={},
        path=f"/welcome/{key}",
        until=row.expires_at,
        organisation_id=csp.id,
        about_id=row.id,
    )
    write_mail(session, wish, now=now)


def find_asked(session: Session, key: str, *, now: datetime) -> Asked:
    """Give what was asked for; raises NotFoundError where the key opens nothing any more."""
    row = _open_by(session, key, now=now)
    return Asked(
        organisation=row.organisation,
        name=row.name,
        email=row.email,
        csp_id=row.tenant_id,
        csp_name=get_organisation(session, row.tenant_id).name,
        is_known=people.find_by_email(session, row.email) is not None,
    )


def finish(session: Session, key: str, *, password: str, now: datetime) -> SignedUp:
    """Make the organisation under its CSP, with who asked as its admin.

    `password` is for a new person; whoever is known already keeps their own.

    Raises:
        NotFoundError: the key opens nothing, or sign-up was closed meanwhile.
        InvalidError: the password may not be used.
        ConflictError: who has the address never proved it, so it may be somebody else.
    """
    row = _open_by(session, key, now=now, lock=True)
    csp = open_csp(session, get_organisation(session, row.tenant_id).slug)
    known = people.find_by_email(session, row.email)
    if known is not None and session.get_one(Person, known.id).email_verified_at is None:
        raise ConflictError(UNPROVED)
    person_id = known.id if known is not None else _new_person(session, row, password, now=now)
    made = create_organisation(
        session,
        kind="customer",
        name=row.organisation,
        parent_id=csp.id,
        slug=_free_slug(session, row.organisation),
    )
    begin_trial(session, made.id, days=TRIAL_DAYS, now=now)
    _put_on_plan(session, csp, made, now=now)
    members.add_member(session, made.id, person_id, "admin", now=now)
    person = session.get_one(Person, person_id)
    person.email_verified_at = person.email_verified_at or now
    with as_tenant(session, csp.id):
        row.used_at, row.made_id = now, made.id
        session.flush()
    by, about = (
        Actor(name=person.name, id=person.id),
        About(kind="organisation", id=made.id, name=made.name),
    )
    for tenant_id in (csp.id, made.id):
        facts = {"slug": made.slug, "email": person.email}
        note(session, tenant_id, "organisation.signed_up", now=now, about=about, facts=facts, by=by)
    made = get_organisation(session, made.id)
    return SignedUp(organisation=made, person_id=person_id, is_new=known is None)


def forget_old(session: Session, *, now: datetime) -> None:
    """Let go of what was asked for long ago."""
    with system(session):
        session.execute(
            delete(SignUp)
            .where(SignUp.made_at < now - KEPT_FOR)
            .execution_options(synchronize_session=False)
        )


def _put_on_plan(
    session: Session, csp: OrganisationView, made: OrganisationView, *, now: datetime
) -> None:
    """Put who signs up on the CSP's plan for that, with the template that goes with it.

    A plan that was retired since brings nothing, and neither does a template that cannot come any
    more: who signs up is not kept out by it, and the CSP can offer the template afterwards.
    """
    with as_tenant(session, csp.id):
        plan_id = policy_of(session, csp.id).plan_id
        plan = get_plan(session, csp.id, plan_id) if plan_id is not None else None
        if plan is None or plan.retired_at is not None:
            return
        who = facts_of(csp, role="admin", person_id=None, name="Sign-up")
        put_on_plan(session, who, made.id, plan.id, now=now)
        try:
            with session.begin_nested():
                set_up(session, who, made, None, plan.id, now=now)
        except GarlandError as error:
            log.warning("sign_up_not_set_up", organisation=made.slug, reason=error.message)


def _new_person(session: Session, row: SignUp, password: str, *, now: datetime) -> UUID:
    facts = {"email": row.email, "name": row.name, "password": password}
    with or_taken(session, ConflictError(KNOWN)):
        return people.create_person(session, now=now, **facts).id


def _lately(session: Session, csp_id: UUID, email: str = "", *, now: datetime) -> int:
    wanted = select(func.count(SignUp.id)).where(
        SignUp.tenant_id == csp_id, SignUp.made_at > now - DAY
    )
    return session.scalar(wanted.where(SignUp.email == email) if email else wanted) or 0


def _open_by(session: Session, key: str, *, now: datetime, lock: bool = False) -> SignUp:
    wanted = select(SignUp).where(SignUp.digest == sha256_of(key))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    with system(session):
        row = session.scalar(wanted)
    if row is None or row.used_at is not None or row.expires_at <= now:
        raise NotFoundError(GONE)
    return row


def _free_slug(session: Session, name: str) -> str:
    """Give a short name that is free; that another organisation has it is said to nobody."""
    slug = slugify(name)
    while find_by_slug(session, slug) is not None:
        slug = f"{slugify(name)[: SLUG_MAX - _SUFFIX].strip('-')}-{new_id().hex[-_SUFFIX + 1 :]}"
    return slug


def _text(field: str, text: str) -> str:
    kept = " ".join(text.split())
    if not 1 <= len(kept) <= NAME_MAX:
        message = f"{field}: write 1 to {NAME_MAX} characters"
        raise InvalidError(message, problems=[Problem(f"/{field}", message)])
    return kept
