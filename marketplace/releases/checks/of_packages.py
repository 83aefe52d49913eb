"""Checks of the package as a whole: size, archive, signature, licence, list of parts. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from blocks.licences import licence_problem
from blocks.packages.archive import ARCHIVE_MAX_BYTES
from blocks.packages.listing import LISTING
from blocks.packages.package import Package
from blocks.packages.sbom import bill_of_materials
from blocks.packages.signing import NotTrustedError, signers
from kernel.errors import GarlandError, InvalidError
from marketplace.releases._tables import Outcome
from marketplace.releases.checks.subject import Found, Subject

LARGE_BYTES = 8 * 1024 * 1024
"""From here a package is called large. Our own choice: it then takes seconds on a slow line."""


def check_size(subject: Subject) -> Found:
    """See that the package is no larger than one may be."""
    size = len(subject.archive)
    told = f"The package has {size:,} bytes of {ARCHIVE_MAX_BYTES:,} that it may have."
    if size > ARCHIVE_MAX_BYTES:
        return Found(outcome=Outcome.FAILED, words=told, remedy="Move files out of the package.")
    if size > LARGE_BYTES:
        return Found(outcome=Outcome.NOTED, words=told, remedy="Leave out what is not needed.")
    return Found(outcome=Outcome.PASSED, words=told)


def check_archive(subject: Subject) -> Found:
    """See that the archive is written the one way it is, and is the one that was submitted."""
    try:
        package = subject.package
    except GarlandError as error:
        problems = error.problems if isinstance(error, InvalidError) else ()
        return Found(
            outcome=Outcome.FAILED,
            words=f"The archive cannot be read: {error.message}.",
            remedy="Pack it again with `garland block pack`.",
            findings=tuple((one.pointer, one.message) for one in problems),
        )
    if package.digest != subject.digest:
        told = "What is kept is not the package that was submitted."
        return Found(outcome=Outcome.FAILED, words=told, remedy="Submit it again.")
    told = f"It is written as it must be and holds {len(package.files):,} files."
    return Found(outcome=Outcome.PASSED, words=told)


def check_signature(subject: Subject) -> Found:
    """See that a key of its publisher's signed it, and that nobody revoked it."""
    if subject.revoked:
        told = f"This package was revoked: {subject.revoked}."
        return Found(outcome=Outcome.FAILED, words=told, remedy="Submit a new version.")
    try:
        found = signed_by(subject.package, subject.keys)
    except NotTrustedError as error:
        remedy = "Pack and sign it again with `garland block sign`."
        return Found(outcome=Outcome.FAILED, words=error.message, remedy=remedy)
    if not found:
        told = "None of the publisher's keys that count today signed it."
        remedy = "Sign it with `garland block sign`, by a key that is listed under your namespace."
        return Found(outcome=Outcome.FAILED, words=told, remedy=remedy)
    told = f"It is signed by the publisher's key {found[0][:12]}."
    return Found(outcome=Outcome.PASSED, words=told)


def signed_by(package: Package, keys: Mapping[str, Ed25519PublicKey]) -> tuple[str, ...]:
    """Give which of some keys signed a package; () for none.

    That the signature is over these very files was seen when the package was read.

    Raises:
        NotTrustedError: as `signers`.
    """
    return () if package.envelope is None else signers(package.envelope, LISTING, keys)


def check_licence(subject: Subject) -> Found:
    """See that the package and each library it brings say what one may do with them."""
    package = subject.package
    licence = str(package.manifest["licence"])
    if problem := licence_problem(licence):
        findings = (("/licence", problem),)
        told = f"The licence {licence!r} is no SPDX expression."
        return Found(outcome=Outcome.FAILED, words=told, remedy=problem, findings=findings)
    unclear = tuple(
        (f"wheels/{one.name}", licence_problem(one.licence) or "it names no licence")
        for one in package.wheels
        if not one.licence or licence_problem(one.licence)
    )
    if unclear:
        told = f"The licence is {licence}; that of {len(unclear)} of its libraries is unclear."
        remedy = "Tell the reviewer which licence these libraries have, or leave them out."
        return Found(outcome=Outcome.NOTED, words=told, remedy=remedy, findings=unclear)
    return Found(outcome=Outcome.PASSED, words=f"The licence is {licence}.")


def check_parts(subject: Subject) -> Found:
    """See that the list of what the package is made of (SBOM, CycloneDX 1.6) can be written."""
    components = bill_of_materials(subject.package).get("components", [])
    named = ", ".join(f"{one['name']} {one['version']}" for one in components[:10])
    told = f"It brings {len(components)} libraries: {named}." if components else "It brings none."
    return Found(outcome=Outcome.PASSED, words=f"The list of its parts was written. {told}")
