"""Who vouches for a package: the keys that signed it and that this installation believes.

For one that nobody signed, a provider may answer to those below it alone: the one door here that
needs no key. It rests on the provider's curator, who named that very digest in its catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockInstall, BlockPackage
from blocks.installs.curated import lent
from blocks.packages.package import Package, read_package
from blocks.packages.signing import NotTrustedError
from blocks.packages.trust import Index, still_believed
from blocks.packages.trusted import admit, current_index
from tenancy.organisations import ancestors_of
from tenancy.plans.assigning import live_of
from tenancy.scope import as_tenant

TakenBack = Callable[[str, Collection[str], Mapping[str, Collection[str]]], bool]
REVOKED = frozenset({"package.revoked", "key.revoked"})
"""Codes that say somebody took back their word; others, such as an old index, are no such news."""


def refuse_revoked(session: Session, digest: str, *, now: datetime) -> None:
    """Refuse what was revoked by its digest, with a signature or without.

    Raises:
        NotTrustedError: `package.revoked`.
    """
    try:
        index = current_index(session, now=now)
    except NotTrustedError:
        return  # there is none that says so
    if reason := index.revoked_digests.get(digest):
        raise NotTrustedError("package.revoked", f"The package was revoked: {reason}")


def taken_back(session: Session, *, now: datetime) -> TakenBack:
    """Give what tells of kept packages whether somebody took back their word, by the index alone.

    It is asked with a digest, the keys that signed it, and the signed packs that it came in.
    Nothing is taken back where no index says so. Installing looks at the signature itself.
    """
    try:
        index = current_index(session, now=now)
    except NotTrustedError:
        return lambda _digest, _signers, _vouched_in: False
    return partial(_is_taken_back, index)


def _is_taken_back(
    index: Index, digest: str, signers: Collection[str], vouched_in: Mapping[str, Collection[str]]
) -> bool:
    if digest in index.revoked_digests:
        return True
    words = {digest: signers, **vouched_in} if signers else {}
    doubts = {_doubt(index, *word) for word in words.items()}
    return "" not in doubts and not REVOKED.isdisjoint(doubts)


def _doubt(index: Index, digest: str, keys: Collection[str]) -> str:
    try:
        _believe_pack(index, digest, keys)
    except NotTrustedError as error:
        return error.code
    return ""


def signers_of(session: Session, package: Package, *, now: datetime) -> tuple[str, ...]:
    """Give the keys that vouch for a package; () for one that nobody signed.

    Raises:
        NotTrustedError: it is signed, and its signature is not to be believed, or it was revoked;
            the code says why.
    """
    if package.envelope is None:
        refuse_revoked(session, package.digest, now=now)
        return ()
    return admit(session, package, now=now).key_ids


def lender_of(session: Session, tenant_id: UUID, kept: BlockPackage) -> UUID | None:
    """Give the provider above a tenant that answers to it for a package that nobody signed.

    It does as long as it offers that very digest, to this tenant, in a version that it offers.
    """
    if kept.signers:
        return None
    return lent(session, tenant_id, digest=kept.digest).get(kept.digest)


def told_of_settings(session: Session, tenant_id: UUID, digests: Collection[str]) -> set[str]:
    """Give those of some packages whose code may be told what providers decided about settings.

    Somebody signed them, or a provider that still stands above the tenant lent them when they were
    installed, or lends them now. Never what the tenant brought itself, nor what was lent by one
    that it has left: whatever it is called, its code would be given what others hide.
    """
    wanted = select(BlockPackage.digest, BlockPackage.signers)
    rows = session.execute(wanted.where(BlockPackage.digest.in_(sorted(digests))))
    told = {digest for digest, signers in rows if signers}
    unsigned = {*digests} - told
    if unsigned:
        above = {one.id for one in ancestors_of(session, live_of(session, tenant_id))}
        with as_tenant(session, tenant_id):
            installed = select(BlockInstall.digest).where(
                BlockInstall.tenant_id == tenant_id,
                BlockInstall.digest.in_(sorted(unsigned)),
                BlockInstall.lent_by.in_(above),
            )
            told |= {*session.scalars(installed)}
    if unsigned - told:
        told |= unsigned & lent(session, tenant_id).keys()
    return told


def refuse_unvouched(session: Session, kept: BlockPackage, *, now: datetime) -> None:
    """Refuse a package that somebody vouched for once nobody does any more, or it was revoked.

    Its own signature counts, and so does each signed pack that it came in. One that nobody ever
    vouched for is refused only where it was revoked.

    Raises:
        NotTrustedError: nobody's word for it holds today; the code says why, and that somebody took
            theirs back before anything else.
    """
    refuse_revoked(session, kept.digest, now=now)
    if not kept.signers:
        return
    doubts = []
    for believe in _words(session, kept, now=now):
        try:
            believe()
        except NotTrustedError as error:
            doubts.append(error)
        else:
            return
    if not doubts:
        message = "It is not known any more in which pack it came: bring that one again."
        raise NotTrustedError("package.not_signed", message)
    raise next((one for one in doubts if one.code in REVOKED), doubts[0])


def _words(
    session: Session, kept: BlockPackage, *, now: datetime
) -> Iterator[Callable[[], object]]:
    """Yield what believes each word that was given for a package."""
    index = current_index(session, now=now)
    package = read_package(kept.archive)
    if package.envelope is not None:
        yield partial(admit, session, package, now=now)
    for digest, keys in kept.vouched_in.items():
        yield partial(_believe_pack, index, digest, keys)


def _believe_pack(index: Index, digest: str, keys: Collection[str]) -> None:
    """See that a signed pack which was believed may be believed still; its bytes are not needed.

    Raises:
        NotTrustedError: as `check_package`.
    """
    if reason := index.revoked_digests.get(digest):
        message = f"The pack that it came in was revoked: {reason}"
        raise NotTrustedError("package.revoked", message)
    release = index.release_of(digest)
    if release is None:
        message = "The index does not list the pack that it came in any more."
        raise NotTrustedError("package.unknown", message)
    known = index.publishers.get(release.by, {})
    found = tuple(key for key in keys if key in known)
    if not found:
        message = f"No key of {release.by} signed the pack that it came in."
        raise NotTrustedError("package.not_signed", message)
    still_believed(found, index, release.published)
