"""The commands of `garland block` that speak to a running Garland: dev and publish."""

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import click

from garland.block_cli_common import (
    FILE_PATH,
    echo_json,
    failures_told,
    finding_lines,
    folder_argument,
    log_apart,
    read_file,
)
from garland.cli_files import AS_JSON

if TYPE_CHECKING:
    from blocks.authoring.servers import Server

_SERVER = click.option("--server", help="Address of a running Garland, or GARLAND_SERVER.")
_TOKEN = click.option("--token", help="API token for it, or GARLAND_TOKEN.")
_NAMES_SHOWN = 3


@click.command()
@folder_argument
@_SERVER
@_TOKEN
@click.option("--trust", is_flag=True, help="Run the examples in this process.")
@click.option("--once", is_flag=True, help="Send it once and end; exit 1 if it was not taken.")
def dev(
    folder: Path,
    server: str | None,
    token: str | None,
    trust: bool,  # noqa: FBT001  click
    once: bool,  # noqa: FBT001  click
) -> None:
    """Send the block in FOLDER to your palette in a running Garland at each save, until Ctrl-C."""
    with failures_told(), log_apart(shows_crashes=trust):
        from blocks.authoring.folders import read_folder
        from blocks.authoring.servers import find_server
        from blocks.authoring.watching import changes

        found = find_server(server, token)
        read_folder(folder)
        click.echo(f"watching {folder} for {found.url}; Ctrl-C ends")
        try:
            for names in changes(folder, sleep=time.sleep):
                is_taken = _send(folder, names, found, trust=trust)
                if once:
                    raise SystemExit(0 if is_taken else 1)
        except KeyboardInterrupt:
            click.echo("\nended; what was sent last stays in the palette")


def _send(folder: Path, names: tuple[str, ...], server: "Server", *, trust: bool) -> bool:
    """Check, test, pack and send; whatever is wrong is told and the watch goes on."""
    from kernel.errors import GarlandError, InvalidError

    shown = ", ".join(names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    click.echo(f"{datetime.now():%H:%M:%S}  {shown}{f' and {more} more' if more > 0 else ''}")  # noqa: DTZ005  the author's own clock
    try:
        if not _is_good(folder, trust=trust):
            return False
        click.echo(f"  {_take(folder, server)}")
    except InvalidError as error:
        click.echo(f"  {error.message}")
        click.echo("\n".join(f"  {one.pointer or '/'}  {one.message}" for one in error.problems))
        return False
    except GarlandError as error:
        click.echo(f"  {error.message}")
        return False
    return True


def _is_good(folder: Path, *, trust: bool) -> bool:
    from blocks.authoring.checking import check_folder
    from blocks.authoring.folders import read_folder
    from blocks.authoring.trying import try_examples
    from garland.block_cli_judging import tried_lines

    found = check_folder(read_folder(folder))
    if found.findings:
        click.echo("\n".join(finding_lines(found.findings)))
        click.echo("  not sent: mend this first")
        return False
    tried = try_examples(folder, trust=trust)
    lines = tried_lines(tried)
    is_good = all(one.ok for one in tried)
    click.echo("\n".join(f"  {line}" for line in (lines[-1:] if is_good else lines)))
    click.echo(f"  quality: {found.level.word}")
    return True


def _take(folder: Path, server: "Server") -> str:
    from blocks.authoring.servers import INSTALLS, send_package
    from blocks.packages.package import pack_folder, read_package

    data = pack_folder(folder)
    package = read_package(data)
    name = f"{package.manifest['id']} {package.manifest['version']}"
    # Each save is an order of its own: who takes a change back sends the same package again.
    send_package(server, f"{INSTALLS}?development=1", data, key=uuid4().hex)
    return f"{name} is in your palette, in development ({package.digest[:19]})"


@click.command()
@click.argument("file", type=FILE_PATH)
@_SERVER
@_TOKEN
@AS_JSON
def publish(file: Path, server: str | None, token: str | None, as_json: bool) -> None:  # noqa: FBT001  click
    """Hand the signed package FILE in to a Garland's marketplace, for review."""
    with failures_told():
        from blocks.authoring.folders import FolderError
        from blocks.authoring.servers import RELEASES, find_server, send_package

        package = read_file(file)
        if package.envelope is None:
            message = f"{file} is not signed: run `garland block sign {file}` first."
            raise FolderError(message)
        found = find_server(server, token)
        answer = send_package(found, RELEASES, file.read_bytes(), key=package.digest)
    name = f"{package.manifest['id']} {package.manifest['version']}"
    if as_json:
        echo_json({"ok": True, "digest": package.digest, "server": found.url, **answer.document})
        return
    state = answer.document.get("state", "handed in")
    click.echo(f"{name}: {state} at {found.url}, {package.digest}")
