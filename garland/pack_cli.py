"""The group `garland pack`: what an integrator does with a pack's folder, and with the file of it.

Nothing of an installation is needed but for `install`, which speaks to a running Garland.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from garland.block_cli_common import (
    EITHER_PATH,
    FILE_PATH,
    echo_json,
    failures_told,
    folder_argument,
    plural,
    read_file,
)
from garland.block_cli_making import beside, sign, write_package
from garland.cli_files import AS_JSON, refuse, tell_problems

if TYPE_CHECKING:
    from blocks.authoring.servers import Server
    from blocks.packages.package import Package


@click.group()
def pack() -> None:
    """Check, pack, sign and install packs: blocks with workflows, rules and tables."""


@pack.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@AS_JSON
def check(folder: Path, as_json: bool) -> None:  # noqa: FBT001  click
    """Say what keeps the pack in FOLDER from being used; exit 1 if something does."""
    from blocks.packs import PackError
    from runtime.alarms.sources.snmp.layers import garlands
    from runtime.alarms.sources.snmp.packs import with_pack
    from runtime.packs.checking import check_contents

    try:
        contents = check_contents(folder)
        given = with_pack(garlands(), folder)
    except PackError as error:
        tell_problems([asdict(one) for one in error.problems], as_json=as_json)
    (found,) = given.used
    counts = [f"{count} {name}" for name, count in contents.counts().items()]
    held = ", ".join([*counts, f"{len(given.packs)} trap entries"])
    told = f"{found.title} {found.version}: {held}"
    tell_problems([], as_json=as_json, notes=[told])


@pack.command("pack")
@folder_argument
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@AS_JSON
def make(folder: Path, out: Path | None, as_json: bool) -> None:  # noqa: FBT001  click
    """Pack the pack in FOLDER into one file (.gblk, 32 MB at most); same files, same bytes."""
    with failures_told():
        from blocks.packages.package import pack_folder, read_package
        from runtime.packs.parts import parts_of

        data = pack_folder(folder)
        package = read_package(data)
        _require_pack(package, folder)
        parts = parts_of(package)
        target = out or beside(folder, f"{_name(package, '-')}.gblk")
        write_package(target, data)
    facts = {"file": str(target), "digest": package.digest, "size_bytes": len(data)}
    if as_json:
        echo_json({"ok": True, "id": package.manifest["id"], "parts": len(parts), **facts})
        return
    click.echo(f"{target}: {plural(len(parts), 'part')}, {len(data):,} bytes, {package.digest}")


@pack.command("show")
@click.argument("what", type=EITHER_PATH, default=Path())
@AS_JSON
def show(what: Path, as_json: bool) -> None:  # noqa: FBT001  click
    """Say what a pack brings: each part of a file (.gblk) or a folder, and who signed it."""
    with failures_told():
        from blocks.packages.package import pack_folder, read_package
        from runtime.packs.parts import parts_of

        package = read_package(pack_folder(what)) if what.is_dir() else read_file(what)
        _require_pack(package, what)
        parts = parts_of(package)
    signers = [one.key_id for one in package.envelope.signatures] if package.envelope else []
    found = [{"kind": one.kind, "file": one.file, "title": one.title} for one in parts]
    if as_json:
        digest = {"digest": package.digest, "signed_by": signers}
        echo_json({**package.manifest, **digest, "parts": found})
        return
    click.echo(f"{package.manifest['title']}: {_name(package, ' ')}")
    click.echo(f"  {package.manifest['summary']}")
    for one in [f"signed by the key {key}" for key in signers] or ["not signed"]:
        click.echo(f"  {one}, {package.digest}")
    for part in found:
        click.echo(f"  {part['kind']:<16}{part['title']} ({part['file']})")


@pack.command("install")
@click.argument("file", type=FILE_PATH)
@click.option("--server", help="Address of a running Garland, or GARLAND_SERVER.")
@click.option("--token", help="API token for it, or GARLAND_TOKEN.")
@click.option("--consent", is_flag=True, help="Agree to all that its blocks ask for.")
@click.option("--take", multiple=True, help="A part where the pack's takes the place of yours.")
@click.option("--look", is_flag=True, help="Only say what it would do.")
@AS_JSON
def install(  # noqa: PLR0913, PLR0917  each an option
    file: Path,
    server: str | None,
    token: str | None,
    consent: bool,  # noqa: FBT001  click
    take: tuple[str, ...],
    look: bool,  # noqa: FBT001  click
    as_json: bool,  # noqa: FBT001  click
) -> None:
    """Bring the pack FILE to a running Garland and install or upgrade it, whole or not at all."""
    with failures_told():
        from blocks.authoring.servers import find_server

        package = read_file(file)
        _require_pack(package, file)
        found = find_server(server, token)
        plan = _brought(found, file, package)
        if not as_json:
            _tell_plan(plan)
        if plan["consent"] and not (consent or look):
            refuse("its blocks ask for more than was agreed to: say --consent to agree")
        agreed = {"consent": consent, "take": list(take), "mark": plan["mark"]}
        done = {} if look else _installed(found, package, plan, agreed)
    if as_json:
        echo_json({"ok": True, "plan": plan, **({"installed": done} if done else {})})
    elif done:
        click.echo(f"{_name(package, ' ')} is installed at {found.url}")


def _brought(server: "Server", file: Path, package: "Package") -> dict[str, Any]:
    """Hand the pack over and ask what installing it would do."""
    from blocks.authoring.servers import PACKS, get_document, send_package

    send_package(server, PACKS, file.read_bytes(), key=uuid4().hex)
    said = package.manifest
    plan = get_document(server, f"{PACKS}/{said['id']}/plan?version={said['version']}")
    return dict(plan.document)


def _installed(
    server: "Server", package: "Package", plan: dict[str, Any], agreed: dict[str, Any]
) -> dict[str, Any]:
    from blocks.authoring.servers import PACKS, send_document

    verb = "upgrade" if plan["installs_over"] else "install"
    body = {**agreed, "version": package.manifest["version"]}
    address = f"{PACKS}/{package.manifest['id']}/{verb}"
    return dict(send_document(server, address, body, key=uuid4().hex).document)


def _tell_plan(plan: dict[str, Any]) -> None:
    for part in plan["parts"]:
        click.echo(f"  {part['kind']:<16}{part['title']} ({part['file']}): {part['verdict']}")
        for ask in part["new_asks"]:
            click.echo(f"    asks for {ask.get('name', ask.get('secret'))}: {ask['reason']}")
        if part["choice"]:
            click.echo(f"    yours is kept; --take {part['file']} for the pack's")


def _require_pack(package: "Package", what: Path) -> None:
    if package.kind != "pack":
        refuse(f"{what} is a block: use `garland block`")


def _name(package: "Package", between: str) -> str:
    return f"{package.manifest['id']}{between}{package.manifest['version']}"


pack.add_command(sign)
