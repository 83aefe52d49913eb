"""The checks in their order, and which are left out where an earlier one failed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import structlog

from kernel.errors import GarlandError
from marketplace.releases._tables import Outcome
from marketplace.releases.checks import of_blocks, of_packages
from marketplace.releases.checks.subject import Found, Subject

FINDINGS_MAX = 100
FINDING_MAX = 500
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        name: For good: it is kept, and others may look for it.
        title: As people read it.
        run: Does it; pure but for the examples, which run in the sandbox.
        needs: The checks without which it says nothing, or must not be done.
    """

    name: str
    title: str
    run: Callable[[Subject], Found]
    needs: Collection[str] = ("archive",)


CHECKS = (
    Check("size", "Size", of_packages.check_size, ()),
    Check("archive", "Archive", of_packages.check_archive, ("size",)),
    Check("signature", "Signature", of_packages.check_signature),
    Check("schemas", "Formats and schemas", of_blocks.check_schemas),
    Check(
        "compatibility",
        "Compatibility with the last release",
        of_blocks.check_compatibility,
        ("archive", "schemas"),
    ),
    Check(
        "capabilities",
        "Declared and used permissions",
        of_blocks.check_capabilities,
        ("archive", "schemas"),
    ),
    # Foreign code: only what its publisher answers for is run, in the sandbox or not.
    Check(
        "examples",
        "Examples in the sandbox",
        of_blocks.check_examples,
        ("archive", "schemas", "signature"),
    ),
    Check("quality", "Quality scale", of_blocks.check_quality, ("archive", "schemas")),
    Check("licence", "Licence", of_packages.check_licence),
    Check("parts", "List of parts (SBOM)", of_packages.check_parts),
)
TITLES = {one.name: one.title for one in CHECKS}


def perform_all(subject: Subject) -> Iterator[tuple[Check, Found]]:
    """Do each check in its turn; give what came of it at once, so that others can follow.

    One is left out where another that it needs failed, or was left out for that reason itself.
    """
    missing: set[str] = set()
    for check in CHECKS:
        lacks = [TITLES[one] for one in check.needs if one in missing]
        if lacks:
            told = f"Left out, for it needs: {', '.join(lacks)}."
            found = Found(outcome=Outcome.SKIPPED, words=told)
        else:
            found = perform(check, subject)
        if lacks or found.outcome is Outcome.FAILED:
            missing.add(check.name)
        yield check, found


def perform(check: Check, subject: Subject) -> Found:
    """Do one check; a package that breaks it has not passed it."""
    try:
        return check.run(subject)
    except GarlandError as error:
        told = f"It could not be done: {error.message}."
        return Found(outcome=Outcome.FAILED, words=told, remedy="Mend this and submit it again.")
    except Exception:
        log.exception("release_check_broke", check=check.name, digest=subject.digest)
        told = "The check broke on this package."
        remedy = "Submit it again; tell the marketplace's vendor if it stays so."
        return Found(outcome=Outcome.FAILED, words=told, remedy=remedy)
