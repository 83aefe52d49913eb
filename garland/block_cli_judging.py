"""The commands of `garland block` that look and tell: check, test, diff, show."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from garland.block_cli_common import (
    EITHER_PATH,
    FILE_PATH,
    FOLDER_PATH,
    echo_json,
    facts_of,
    failures_told,
    finding_documents,
    finding_lines,
    folder_argument,
    log_apart,
    plural,
    read_file,
    read_release,
)
from garland.cli_files import AS_JSON

if TYPE_CHECKING:
    from blocks.authoring.checking import Checked
    from blocks.authoring.comparing import Comparison
    from blocks.authoring.trying import Tried
    from blocks.manifest import Manifest

_LEVELS = ("bronze", "silver", "gold", "platinum")


@click.command()
@folder_argument
@click.option("--level", type=click.Choice(_LEVELS), help="End with 1 below this quality.")
@AS_JSON
def check(folder: Path, level: str | None, as_json: bool) -> None:  # noqa: FBT001  click
    """Say what is wrong with the block in FOLDER, and how good it is; its code is not run."""
    with failures_told():
        from blocks.authoring.checking import check_folder
        from blocks.authoring.folders import read_folder
        from blocks.quality import Level

        read = read_folder(folder)
        found = check_folder(read)
    if as_json:
        echo_json(_check_document(read.manifest, found))
    else:
        click.echo("\n".join(_check_lines(read.manifest, found)))
    is_short = level is not None and found.level < Level[level.upper()]
    sys.exit(1 if found.findings or is_short else 0)


def _check_lines(manifest: "Manifest | None", found: "Checked") -> list[str]:
    from blocks.quality import LEVELS, Level

    lines = [f"{manifest.title}: {manifest.id} {manifest.version}"] if manifest else []
    lines += finding_lines(found.findings)
    lines += [f"note:{line}" for line in finding_lines(found.notes)]
    lines.append(plural(len(found.findings), "problem"))
    lines.append(f"quality: {found.level.word}")
    if found.findings or found.level is Level.PLATINUM:
        return lines
    following = next(level for level in LEVELS if level > found.level)
    todo = [one for one in found.standings if one.status == "todo" and one.rule.level is following]
    lines.append(f"to do for {following.word}:")
    return lines + [f"  {one.rule.id}: {one.reason}" for one in todo]


def _check_document(manifest: "Manifest | None", found: "Checked") -> dict[str, Any]:
    return {
        "ok": not found.findings,
        "block": facts_of(manifest) if manifest else None,
        "problems": finding_documents(found.findings),
        "notes": finding_documents(found.notes),
        "quality": {
            "level": found.level.word,
            "rules": [
                {
                    "rule": one.rule.id,
                    "level": one.rule.level.word,
                    "status": one.status,
                    "reason": one.reason,
                }
                for one in found.standings
            ],
        },
    }


@click.command()
@folder_argument
@click.option("--trust", is_flag=True, help="Run the code in this process, not in the sandbox.")
@AS_JSON
def test(folder: Path, trust: bool, as_json: bool) -> None:  # noqa: FBT001  click
    """Run the examples of the block in FOLDER against a mocked world; exit 1 if one fails."""
    with failures_told(), log_apart(shows_crashes=trust):
        from blocks.authoring.trying import try_examples

        tried = try_examples(folder, trust=trust)
    failed = [one for one in tried if not one.ok]
    if as_json:
        examples = [{**asdict(one), "ok": one.ok} for one in tried]
        echo_json({"ok": not failed and bool(tried), "examples": examples})
    else:
        click.echo("\n".join(tried_lines(tried)))
    sys.exit(1 if failed or not tried else 0)


def tried_lines(tried: "tuple[Tried, ...]") -> list[str]:
    """Say how examples came out."""
    if not tried:
        return ["There is no example: add one to examples in block.json."]
    lines = []
    for one in tried:
        lines.append(f"{'ok  ' if one.ok else 'FAIL'}  {one.title}")
        lines += [f"        {one.note}"] if one.note else []
        for difference in one.differences:
            lines.append(f"        {difference.where}")
            lines.append(f"          expected  {difference.expected}")
            lines.append(f"          came      {difference.came}")
    passed = sum(one.ok for one in tried)
    return [*lines, f"{passed} of {plural(len(tried), 'example')} passed"]


@click.command()
@click.argument("old", type=EITHER_PATH)
@click.argument("folder", type=FOLDER_PATH, default=Path())
@click.option("--bump", is_flag=True, help="Write the version that is enough into block.json.")
@AS_JSON
def diff(old: Path, folder: Path, bump: bool, as_json: bool) -> None:  # noqa: FBT001  click
    """Say what the block in FOLDER means for users of OLD, its last release (.gblk or folder).

    Exit 1 if its version has to grow further.
    """
    with failures_told():
        from blocks.authoring.comparing import compare_releases
        from blocks.authoring.folders import write_version

        found = compare_releases(read_release(old), read_release(folder))
        is_written = bump and not found.is_enough
        if is_written:
            write_version(folder, found.least)
    if as_json:
        echo_json(_diff_document(found, is_written=is_written))
    else:
        click.echo("\n".join(_diff_lines(found, is_written=is_written)))
    sys.exit(0 if found.is_enough or is_written else 1)


def _diff_lines(found: "Comparison", *, is_written: bool) -> list[str]:
    lines = [f"{found.old} -> {found.new}"]
    for one in found.differences:
        consent = " (people must agree anew)" if one.needs_consent else ""
        lines.append(f"  {one.bump.name.lower():5}  {one.pointer}  {one.message}{consent}")
    lines += [] if found.differences else ["  nothing that its users notice"]
    word = found.needed.name.lower()
    if is_written:
        return [*lines, f"needs a {word} version: {found.least} is written into block.json"]
    if found.is_enough:
        return [*lines, f"needs a {word} version: {found.new} is enough"]
    return [*lines, f"needs a {word} version: at least {found.least}, or run with --bump"]


def _diff_document(found: "Comparison", *, is_written: bool) -> dict[str, Any]:
    return {
        "ok": found.is_enough or is_written,
        "old": found.old,
        "new": found.least if is_written else found.new,
        "needed": found.needed.name.lower(),
        "least": found.least,
        "needs_consent": found.needs_consent,
        "differences": [
            {**asdict(one), "bump": one.bump.name.lower()} for one in found.differences
        ],
    }


@click.command()
@click.argument("what", type=EITHER_PATH, default=Path())
@AS_JSON
def show(what: Path, as_json: bool) -> None:  # noqa: FBT001  click
    """Say what a block is, asks for and holds: a package (.gblk) or a folder."""
    with failures_told():
        manifest = read_release(what)
        document = {**facts_of(manifest), **_asked_for(manifest), **_travelling(what)}
    if as_json:
        echo_json(document)
    else:
        click.echo("\n".join(_show_lines(document)))


def _asked_for(manifest: "Manifest") -> dict[str, Any]:
    return {
        "summary": manifest.summary,
        "publisher": manifest.publisher,
        "licence": manifest.licence,
        "permissions": [asdict(one) for one in manifest.permissions],
        "secrets": [asdict(one) for one in manifest.secrets],
        "ports": [{"name": one.name, "title": one.title} for one in manifest.outputs],
        "effects": manifest.behaviour.effects,
    }


def _travelling(what: Path) -> dict[str, Any]:
    if what.is_dir():
        return {}
    package = read_file(what)
    signatures = package.envelope.signatures if package.envelope else ()
    return {
        "digest": package.digest,
        "signed_by": [one.key_id for one in signatures],
        "files": {name: len(content) for name, content in sorted(package.files.items())},
    }


def _show_lines(document: dict[str, Any]) -> list[str]:
    lines = [
        f"{document['title']}: {document['id']} {document['version']}",
        f"  {document['summary']}",
        f"  kind {document['kind']}, licence {document['licence']}, effects {document['effects']}",
        f"  ways out: {', '.join(one['title'] for one in document['ports'])}",
    ]
    for one in document["permissions"]:
        hosts = f" ({', '.join(one['hosts'])})" if one["name"] == "http" else ""
        lines.append(f"  may use {one['name']}{hosts}: {one['reason']}")
    for one in document["secrets"]:
        accepts = ", ".join(one["accepts"])
        lines.append(f"  needs a connection for {one['slot']} ({accepts}): {one['reason']}")
    if "digest" in document:
        signers = [f"signed by the key {key}" for key in document["signed_by"]] or ["not signed"]
        lines += [f"  {document['digest']}", *(f"  {line}" for line in signers)]
        lines += [f"  {size:>9,}  {name}" for name, size in document["files"].items()]
    return lines


@click.command()
@click.argument("file", type=FILE_PATH)
def sbom(file: Path) -> None:
    """List what the package FILE is made of, as a CycloneDX 1.6 document."""
    with failures_told():
        from blocks.packages.sbom import bill_of_materials

        echo_json(bill_of_materials(read_file(file)))
