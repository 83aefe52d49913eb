"""The commands `garland table check`, `ask`, `import` and `export`: decision tables from files.

Nothing of an installation is needed. A table is judged over alarms like a rule, by `garland rule`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from garland.cli_files import (
    AS_JSON,
    PATH,
    read_object,
    read_rule_file,
    read_table_file,
    refuse_with,
    tell_problems,
)

if TYPE_CHECKING:
    from runtime.rules.tables.model import Table

_TABLE = click.argument("file", type=PATH)
_TO = click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="Write it there.")


@click.group()
def table() -> None:
    """Check, ask and exchange decision tables from files; works without an installation."""


@table.command("check")
@_TABLE
@AS_JSON
def check(file: Path, as_json: bool) -> None:  # noqa: FBT001  click
    """Say what keeps the table in FILE from being published, and what it forgets."""
    from runtime.rules.tables.analysis import analyse, blocking
    from runtime.rules.tables.finding_words import gaps_said, overlaps_said
    from runtime.rules.tables.model import check_table, parse_table

    document = read_rule_file(file)
    problems, notes = check_table(document), list[str]()
    if not problems:
        parsed = parse_table(document)
        found = analyse(parsed)
        problems = blocking(parsed, found)
        notes = [f"no row takes: {one.text}" for one in gaps_said(parsed, found)]
        notes += [one.text for one in overlaps_said(parsed, found)]
        notes += [f"not all was looked at: {found.limit}"] if found.limit else []
    tell_problems([asdict(one) for one in problems], as_json=as_json, notes=notes)


@table.command("ask")
@_TABLE
@click.option("--values", metavar="JSON|@FILE", help='By input: {"perceived_severity": "major"}.')
@click.option("--alarm", metavar="JSON|@FILE", help="Inputs without a value are read from it.")
@AS_JSON
def ask(file: Path, values: str | None, alarm: str | None, as_json: bool) -> None:  # noqa: FBT001  click
    """Print what the table in FILE answers, and which rows decided."""
    from kernel.errors import InvalidError
    from runtime.rules.tables.asking import ask_table

    try:
        answer = ask_table(
            _parsed(file), read_object("--values", values) or {}, read_object("--alarm", alarm)
        )
    except InvalidError as error:
        refuse_with(f"{file.name} cannot be asked that", error)
    if as_json:
        click.echo(json.dumps({"port": answer.port, **answer.output}, indent=2))
        return
    rows = ", ".join(map(str, answer.output["rows"]))
    words = {"none": "no row matches", "several": f"the rows {rows} match, and may not together"}
    click.echo(words.get(answer.port, f"row(s) {rows}: {_said(answer.output)}"))


@table.command("import")
@_TABLE
@_TO
def import_(file: Path, to: Path | None) -> None:
    """Read a table from DMN or CSV and print it as JSON; notes say what was taken differently."""
    document, notes = read_table_file(file)
    for note in notes:
        click.echo(note, err=True)
    _put(json.dumps(document, indent=2, ensure_ascii=False) + "\n", to)


@table.command("export")
@_TABLE
@click.option("--as", "kind", type=click.Choice(["dmn", "csv"]), default="dmn", show_default=True)
@_TO
def export(file: Path, kind: str, to: Path | None) -> None:
    """Write the table in FILE as DMN or CSV."""
    from runtime.rules.tables.files import write_file

    _parsed(file)
    text, _ = write_file(read_rule_file(file), f"table.{kind}")
    _put(text, to)


def _parsed(file: Path) -> "Table":
    from kernel.errors import InvalidError
    from runtime.rules.tables.model import parse_table

    try:
        return parse_table(read_rule_file(file))
    except InvalidError as error:
        refuse_with(f"{file.name} is no good table", error)


def _said(output: Mapping[str, Any]) -> str:
    parts = [output[name] for name in ("values", "results") if name in output]
    return " ".join(json.dumps(part, ensure_ascii=False) for part in parts)


def _put(text: str, to: Path | None) -> None:
    if to is None:
        click.echo(text, nl=False)
    else:
        to.write_text(text, encoding="utf-8")
