"""Checks of the block, or of each block in a pack. Only the examples run code, in the sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from blocks.authoring.checking import check_folder, permission_findings, usage_in
from blocks.authoring.comparing import grown
from blocks.authoring.folders import BlockFolder, Finding, FolderError
from blocks.authoring.running import NoSandboxError
from blocks.authoring.trying import Tried, try_examples
from blocks.authoring.usage import OUTSIDE
from blocks.compatibility import Bump, Difference, compare, is_enough, needed_bump
from blocks.manifest import Manifest
from blocks.quality import Level
from kernel.errors import GarlandError, InvalidError
from marketplace.releases._tables import Outcome
from marketplace.releases.checks.subject import Found, Subject
from runtime.packs.parts import parts_of

LEAST = Level.BRONZE
"""What a block must have reached to be offered to anybody."""

EXAMPLE_S = 30.0
"""How long one example may take, whatever its manifest allows: as long as one does that says
nothing."""
EXAMPLES_S = 300.0
"""How long all of a release may take together: well below `checking.LEASE_S`."""

_NO_BLOCKS = Found(outcome=Outcome.SKIPPED, words="The pack brings data and no blocks.")


def check_schemas(subject: Subject) -> Found:
    """See that manifests, their schemas and, of a pack, all its data keep to their formats."""
    findings = [_placed(block, one) for block in subject.blocks for one in block.findings]
    if subject.package.kind == "pack" and not findings:
        findings += _wrong_in_pack(subject)
    if findings:
        return Found(
            outcome=Outcome.FAILED,
            words="Something in it does not keep to its format.",
            remedy="Mend what is named; `garland block check` says the same.",
            findings=tuple(findings),
        )
    return Found(outcome=Outcome.PASSED, words="All of it keeps to its format.")


def check_compatibility(subject: Subject) -> Found:
    """See that the version grew by at least as much as what changed since the last release."""
    version = str(subject.package.manifest["version"])
    if subject.last is None:
        told = f"{version} is the first release of its line: nothing is there to break."
        return Found(outcome=Outcome.PASSED, words=told)
    differences = changes_between(subject.last_blocks.values(), _manifests(subject.blocks))
    needed = needed_bump(tuple(one for _, one in differences))
    findings = tuple((block + one.pointer, one.message) for block, one in differences)
    since = f"since {subject.last_version}"
    if not is_enough(subject.last_version, version, needed):
        least = grown(subject.last_version, needed)
        return Found(
            outcome=Outcome.FAILED,
            words=f"What changed {since} asks for a higher version than {version}.",
            remedy=f"Raise the version to {least} or higher, or take back what breaks.",
            findings=findings,
        )
    if any(one.needs_consent for _, one in differences):
        told = f"{version} is high enough {since}; whoever upgrades has to agree anew."
        remedy = "Say in the changelog why it asks for more."
        return Found(outcome=Outcome.NOTED, words=told, remedy=remedy, findings=findings)
    told = f"{version} says enough about what changed {since}."
    return Found(outcome=Outcome.PASSED, words=told, findings=findings)


def changes_between(
    old: Iterable[Manifest], new: Iterable[Manifest]
) -> list[tuple[str, Difference]]:
    """List what is otherwise, with the block's id, the gravest first; pure.

    A block that is gone is a break, and one that is new an addition.
    """
    before, after = {one.id: one for one in old}, {one.id: one for one in new}
    if len(before) == len(after) == 1:  # a block is compared even where it changed its id
        pair = (*before.values(), *after.values())
        found = [(pair[1].id, one) for one in compare(*pair)]
    else:
        common = [one for one in after if one in before]
        found = [(name, one) for name in common for one in compare(before[name], after[name])]
        gone = "The block is gone from the pack."
        found += [(one, Difference(Bump.MAJOR, "", gone)) for one in before if one not in after]
        come = "The block is new in the pack."
        found += [(one, Difference(Bump.MINOR, "", come)) for one in after if one not in before]
    return sorted(found, key=lambda one: -one[1].bump)


def check_capabilities(subject: Subject) -> Found:
    """Hold what the code uses against what the manifest declares."""
    if not subject.blocks:
        return _NO_BLOCKS
    used = [(block, usage_in(block)) for block in subject.blocks]
    findings = tuple(
        _placed(block, one) for block, usage in used for one in permission_findings(block, usage)
    )
    if findings:
        return Found(
            outcome=Outcome.FAILED,
            words="What the code uses and what the manifest declares are not the same.",
            remedy="Declare what is used, with a reason, and take out what is not.",
            findings=findings,
        )
    useless = tuple(
        (f"{block.path.name}/{place.file} {place.text}", f"it imports {name}, but {OUTSIDE[name]}")
        for block, usage in used
        for name, place in usage.outside.items()
    )
    if useless:
        told = "It declares what it uses, and imports what cannot work in the sandbox."
        remedy = "Take these imports out."
        return Found(outcome=Outcome.NOTED, words=told, remedy=remedy, findings=useless)
    return Found(outcome=Outcome.PASSED, words="It declares what its code uses, and no more.")


def check_examples(subject: Subject) -> Found:
    """Run every example against the mocked world, code of others in the operator's sandbox.

    What takes too long fails; where no sandbox is to be had, that is not its publisher's fault.
    """
    if not subject.blocks:
        return _NO_BLOCKS
    until = time.monotonic() + EXAMPLES_S
    bounds = replace(subject.bounds, call_s=EXAMPLE_S, until=until)
    count, findings, not_here = 0, list[tuple[str, str]](), list[tuple[str, str]]()
    for block in subject.blocks:
        try:
            tried = try_examples(block.path, bounds=bounds)
        except NoSandboxError:  # the operator's log says what is missing, and the publisher may not
            not_here.append((_name_of(block), "its code was not run"))
            continue
        except (FolderError, InvalidError) as error:
            findings.append((_name_of(block), error.message))
            continue
        count += len(tried)
        findings += _otherwise(block, tried)
    if findings:
        return Found(
            outcome=Outcome.FAILED,
            words="Some of its examples do not come out as they say.",
            remedy="Run `garland block test` and mend the code or the example.",
            findings=tuple(findings),
        )
    if not_here:
        told = "Its examples could not be tried here, for code of others is not run."
        return Found(outcome=Outcome.SKIPPED, words=told, findings=tuple(not_here))
    if not count:
        told = "It has no example that could be run."
        remedy = "Give each block at least one example."
        return Found(outcome=Outcome.FAILED, words=told, remedy=remedy)
    told = "Its example comes" if count == 1 else f"All {count} examples come"
    return Found(outcome=Outcome.PASSED, words=f"{told} out as said.")


def _otherwise(block: BlockFolder, tried: Iterable[Tried]) -> Iterator[tuple[str, str]]:
    for one in tried:
        for different in one.differences:
            told = f"{different.where} should be {different.expected} and came as {different.came}"
            yield f"{_name_of(block)}: {one.title}", f"{told}. {one.note}".rstrip()


def check_quality(subject: Subject) -> Found:
    """Say where its blocks stand on the quality scale; the least of them counts."""
    if not subject.blocks:
        return _NO_BLOCKS
    checked = [(block, check_folder(block)) for block in subject.blocks]
    level = min(one.level for _, one in checked)
    findings = [
        *(_placed(block, one) for block, found in checked for one in found.findings),
        *(
            (_name_of(block), f"{one.rule.id}: {one.reason or one.rule.text}")
            for block, found in checked
            for one in found.standings
            if one.status == "todo" and one.rule.level <= level + 1
        ),
    ]
    if level < LEAST:
        return Found(
            outcome=Outcome.FAILED,
            words=f"It is not {LEAST.word} yet, which is the least that is offered.",
            remedy="Do what is named; `garland block check` shows the whole scale.",
            findings=tuple(findings),
            level=level.word,
        )
    remedy = f"For {Level(level + 1).word} do what is named." if findings else ""
    told = f"It is {level.word} on the quality scale."
    outcome = Outcome.PASSED
    found = tuple(findings)
    return Found(outcome=outcome, words=told, remedy=remedy, findings=found, level=level.word)


def _wrong_in_pack(subject: Subject) -> Iterator[tuple[str, str]]:
    try:
        parts_of(subject.package)
    except InvalidError as error:
        told = [(one.pointer, one.message) for one in error.problems]
        yield from told or [("", error.message)]
    except GarlandError as error:
        yield "", error.message


def _manifests(blocks: Iterable[BlockFolder]) -> list[Manifest]:
    return [one.manifest for one in blocks if one.manifest is not None]


def _name_of(block: BlockFolder) -> str:
    return block.manifest.id if block.manifest is not None else block.path.name


def _placed(block: BlockFolder, finding: Finding) -> tuple[str, str]:
    return f"{_name_of(block)}: {finding.file} {finding.pointer}".rstrip(), finding.message
