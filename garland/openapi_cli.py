"""The command `garland block from-openapi`: a pack of blocks from an OpenAPI document.

Nothing of an installation is needed, and nothing is fetched.
"""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from garland.cli_files import AS_JSON, PATH, refuse, refuse_with

if TYPE_CHECKING:
    from blocks.openapi.importing import Imported

LINES_MAX = 20


@click.command("from-openapi")
@click.argument("spec", type=PATH)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write.")
@click.option("--publisher", default="my-company", show_default=True, help="Who gives them out.")
@click.option("--select", multiple=True, metavar="TAG|ID", help="Only these; may be repeated.")
@click.option("--licence", default="", help="SPDX name; the document's where it has one.")
@AS_JSON
def from_openapi(
    spec: Path,
    out: Path,
    publisher: str,
    select: tuple[str, ...],
    licence: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Make a pack of blocks from SPEC: Swagger 2, OpenAPI 3.0 or 3.1, JSON or YAML."""
    from blocks.openapi.importing import import_openapi
    from blocks.openapi.writing import write_pack
    from kernel.errors import ConflictError, InvalidError

    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", publisher):
        refuse("--publisher is made of small letters, digits and dashes, such as my-company")
    try:
        imported = import_openapi(
            spec.read_bytes(), publisher=publisher, select=select, licence=licence
        )
        write_pack(imported, out)
    except InvalidError as error:
        refuse_with(f"{spec.name} cannot be imported", error)
    except ConflictError as error:
        refuse(f"--out: {error.message}")
    _tell(imported, out, as_json=as_json)


def _tell(imported: "Imported", out: Path, *, as_json: bool) -> None:
    if as_json:
        found = {
            "ok": True,
            "pack": imported.pack,
            "folder": str(out),
            "blocks": list(imported.blocks),
            "notes": imported.notes,
            "left_out": [{"what": what, "why": why} for what, why in imported.left_out],
        }
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(f"{imported.pack['title']}: {len(imported.blocks)} blocks in {out}")
    for what, why in imported.left_out[:LINES_MAX]:
        click.echo(f"  left out: {what}: {why}")
    more = len(imported.left_out) - LINES_MAX
    if more > 0:
        click.echo(f"  and {more} more")
    cut = sum(len(notes) for notes in imported.notes.values())
    click.echo(f"{cut} part(s) could not be kept: see {out / 'IMPORTED.md'}")
