"""The command `garland pack check`: is a pack whole, before an installation reads it.

Nothing of an installation is needed, nor of its other packs.
"""

from dataclasses import asdict
from pathlib import Path

import click

from garland.cli_files import AS_JSON, tell_problems


@click.group()
def pack() -> None:
    """Check packs, the folders that bring things along; works without an installation."""


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
