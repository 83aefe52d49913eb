"""The commands of `garland block` that make something: new, draw, pack, key, sign."""

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from garland.block_cli_common import (
    FILE_PATH,
    echo_json,
    facts_of,
    failures_told,
    finding_lines,
    folder_argument,
    plural,
    read_file,
)
from garland.cli_files import AS_JSON, refuse

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from blocks.authoring.starting import Wish

_CATEGORIES = (
    *("flow", "data", "alarms", "correlate", "tickets"),
    *("notify", "devices", "connect", "other"),
)
_KINDS = ("code", "composite", "http", "python", "trigger", "webhook")
_AMONG = {"kind": _KINDS, "category": _CATEGORIES}
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9-]{0,39}")
_KEY_FILE = Path("garland", "signing.key")


@click.command()
@click.argument("id_", metavar="[PUBLISHER.NAME]", required=False)
@click.option("--kind", type=click.Choice(_KINDS), help="What carries it out; python if not said.")
@click.option("--title", help="What people see in the palette.")
@click.option("--summary", help="What it does, one line without a full stop.")
@click.option("--category", type=click.Choice(_CATEGORIES), help="Where in the palette.")
@click.option("--licence", help="SPDX name of its licence, such as MIT.")
@click.option("--into", type=click.Path(path_type=Path), help="Its folder; its name if not said.")
@AS_JSON
def new(  # noqa: PLR0913, PLR0917  each an option
    id_: str | None,
    kind: str | None,
    title: str | None,
    summary: str | None,
    category: str | None,
    licence: str | None,
    into: Path | None,
    as_json: bool,  # noqa: FBT001  click
) -> None:
    """Make the folder of a new block that passes check and test; asks for what is not said.

    It asks on a terminal only, and not with --json: elsewhere it takes what is usual.
    """
    asks = is_terminal() and not as_json
    given = {"kind": kind, "title": title, "summary": summary}
    with failures_told():
        from blocks.authoring.starting import make_block

        wish = _wish(id_, given | {"category": category, "licence": licence}, asks=asks)
        target = into or Path(wish.id.rpartition(".")[2])
        names = make_block(wish, target)
    if as_json:
        echo_json({"ok": True, "id": wish.id, "folder": str(target), "files": list(names)})
        return
    click.echo(f"{target}: {plural(len(names), 'file')}")
    for name in names:
        click.echo(f"  {name}")
    click.echo("Next:")
    for step in ("check", "test", "dev"):
        click.echo(f"  garland block {step} {target}")


def _asked(name: str, usual: str) -> str:
    among = click.Choice(_AMONG[name]) if name in _AMONG else click.STRING
    said: str = click.prompt(name.capitalize(), default=usual, type=among)
    return said


def _read_id(text: str) -> str:
    """Take a good id; who is asked for it is asked again."""
    if not _ID.fullmatch(text):
        message = "small letters, digits and dashes, with one dot: acme.circuit-state"
        raise click.UsageError(message)
    return text


def is_terminal() -> bool:
    """Tell whether somebody sits there who can be asked."""
    return sys.stdin.isatty()


def _wish(id_: str | None, given: dict[str, str | None], *, asks: bool) -> "Wish":
    from blocks.authoring.starting import Wish

    if id_ is None:
        if not asks:
            raise click.UsageError("Say what the block is called, such as acme.circuit-state.")
        id_ = click.prompt(
            "Its id (publisher.name, such as acme.circuit-state)", value_proc=_read_id
        )
    usual = {
        "kind": "python",
        "title": str(id_).rpartition(".")[2].replace("-", " ").capitalize(),
        "summary": "Ask a system for the state of a thing",
        "category": "connect",
        "licence": "Apache-2.0",
    }
    wish = Wish(id=str(id_), **usual)  # what is not said is what is usual
    for name, value in given.items():
        said = value or (_asked(name, usual[name]) if asks else None)
        wish = replace(wish, **{name: said}) if said else wish
    return wish


@click.command()
@folder_argument
@click.option("--anew", is_flag=True, help="Make up a new workflow; the one that is there is lost.")
def draw(folder: Path, anew: bool) -> None:  # noqa: FBT001  click
    """Draw docs/flow.json of the block in FOLDER as docs/flow.svg, for its page."""
    with failures_told():
        from blocks.authoring.drawing import draw_folder

        click.echo(f"drawn: {draw_folder(folder, anew=anew)}")


@click.command()
@folder_argument
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@AS_JSON
def pack(folder: Path, out: Path | None, as_json: bool) -> None:  # noqa: FBT001  click
    """Pack the block in FOLDER into one file (.gblk, 32 MB at most); same files, same bytes."""
    with failures_told():
        from blocks.authoring.checking import check_folder
        from blocks.authoring.folders import read_folder
        from blocks.packages.package import pack_folder, read_package

        read = read_folder(folder)
        found = check_folder(read)
        if found.findings or read.manifest is None:
            lines = [f"{folder} is not fit to be packed:", *finding_lines(found.findings)]
            refuse("\n".join(lines))
        data = pack_folder(folder)
        package = read_package(data)
        target = out or beside(folder, f"{read.manifest.id}-{read.manifest.version}.gblk")
        write_package(target, data)
    facts = {"file": str(target), "digest": package.digest, "size_bytes": len(data)}
    if as_json:
        echo_json({"ok": True, "block": facts_of(read.manifest), **facts})
        return
    count = plural(len(package.files), "file")
    click.echo(f"{target}: {count}, {len(data):,} bytes, {package.digest}")


def beside(folder: Path, name: str) -> Path:
    """Choose where a package goes: here, but never into the folder that was packed."""
    inside = Path.cwd().is_relative_to(folder.resolve())
    return folder.resolve().parent / name if inside else Path(name)


def write_package(target: Path, data: bytes) -> None:
    """Write a package whole, or leave what is there."""
    made = target.with_name(f".{target.name}.new")
    try:
        made.write_bytes(data)
        made.replace(target)
    except OSError as error:
        made.unlink(missing_ok=True)
        refuse(f"{target} cannot be written: {error.strerror}")


@click.group()
def key() -> None:
    """Look after the key that your packages are signed with."""


@key.command("new")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@AS_JSON
def key_new(file: Path | None, as_json: bool) -> None:  # noqa: FBT001  click
    """Make a signing key in FILE, which only you can read; tell its public half."""
    with failures_told():
        from blocks.packages.keys import make_key_file
        from blocks.packages.signing import key_id
        from blocks.packages.trust import encode_key

        target = file or _usual_key()
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = make_key_file(target, passphrase=_passphrase()).public_key()
    if as_json:
        document = {"file": str(target), "id": key_id(made), "public_key": encode_key(made)}
        echo_json({"ok": True, **document})
        return
    click.echo(f"{target}: your signing key. Keep it safe, and never in a block's folder.")
    click.echo(f"id:          {key_id(made)}")
    click.echo(f"public key:  {encode_key(made)}")


@click.command()
@click.argument("file", type=FILE_PATH)
@click.option("--key", "key_file", type=click.Path(path_type=Path), help="Your signing key.")
@AS_JSON
def sign(file: Path, key_file: Path | None, as_json: bool) -> None:  # noqa: FBT001  click
    """Sign the package FILE with your key; signatures that are there stay."""
    with failures_told():
        from blocks.packages.package import sign_package
        from blocks.packages.signing import key_id

        own = _own_key(key_file or _usual_key())
        signed = sign_package(file.read_bytes(), own)
        write_package(file, signed)
        package = read_file(file)
    signers = [one.key_id for one in package.envelope.signatures] if package.envelope else []
    if as_json:
        echo_json({"ok": True, "file": str(file), "digest": package.digest, "signed_by": signers})
        return
    click.echo(f"{file}: signed by {key_id(own.public_key())}, {package.digest}")


def _own_key(file: Path) -> "Ed25519PrivateKey":
    from blocks.packages.keys import KeyFileError, read_key_file

    try:
        return read_key_file(file, passphrase=_passphrase())
    except KeyFileError as error:
        if error.code == "key.missing":
            refuse(f"{error.message}. Make a key with `garland block key new {file}`.")
        raise


def _passphrase() -> str:
    return os.environ.get("GARLAND_KEY_PASSPHRASE", "")


def _usual_key() -> Path:
    from blocks.authoring.servers import config_folder

    return config_folder(os.environ) / _KEY_FILE
