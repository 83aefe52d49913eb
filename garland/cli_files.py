"""What the commands that work on files share: reading them, and telling what is wrong."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from kernel.errors import InvalidError

PATH = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def read_json_file(file: Path) -> Any:
    """Read a file that holds one JSON document."""
    return read_json_bytes(file.read_bytes(), file.name)


def read_json_bytes(content: bytes, name: str) -> Any:
    """Read one JSON document; `name` says where it comes from when it is none."""
    from kernel.errors import MalformedError
    from kernel.json_text import read_json

    try:
        return read_json(content, what=name)
    except MalformedError as error:
        refuse(error.message)


def read_rule_file(file: Path) -> Any:
    """Read a rule or decision table: JSON, or a table as DMN or CSV by the file's ending."""
    if file.suffix.lower() not in (".dmn", ".xml", ".csv"):
        return read_json_file(file)
    return read_table_file(file)[0]


def read_table_file(file: Path) -> tuple[Any, list[str]]:
    """Read a table from DMN or CSV, with what was taken differently; it is named by its file."""
    from kernel.errors import InvalidError
    from runtime.rules.tables.files import read_file

    try:
        found = read_file(file.read_bytes(), None)
    except InvalidError as error:
        refuse_with(f"{file.name} cannot be read", error)
    document = {**found.document, "name": found.document["name"] or file.stem}
    return document, [f"{one.pointer or '/'}  {one.message}" for one in found.notes]


def read_object(option: str, text: str | None) -> dict[str, Any] | None:
    """Read an option that is a JSON object, or names a file that holds one."""
    if text is None:
        return None
    content, name = text.encode(), option
    if text.startswith("@"):
        try:
            content, name = Path(text[1:]).read_bytes(), text[1:]
        except OSError as error:
            refuse(f"{option}: {text[1:]} cannot be read: {error.strerror}")
    found = read_json_bytes(content, name)
    if not isinstance(found, dict):
        refuse(f"{option} must be a JSON object, such as {{}}")
    return found


def tell_problems(
    problems: Sequence[Mapping[str, Any]], *, as_json: bool, notes: Sequence[str] = ()
) -> NoReturn:
    """Print what is wrong, a line each, and notes; end with 1 if something is wrong."""
    if as_json:
        found = {"ok": not problems, "problems": problems, **({"notes": notes} if notes else {})}
        click.echo(json.dumps(found, indent=2))
    else:
        for one in problems:
            click.echo(f"{one['pointer'] or '/'}  {one['message']}")
        for note in notes:
            click.echo(note)
        click.echo(f"{len(problems)} problem(s)")
    sys.exit(1 if problems else 0)


def refuse(message: str) -> NoReturn:
    """End with a message."""
    raise click.ClickException(message)


def refuse_with(what: str, error: "InvalidError") -> NoReturn:
    """End with a message and a line for each problem."""
    lines = [f"  {one.pointer or '/'}  {one.message}" for one in error.problems]
    refuse("\n".join([f"{what}:", *(lines or [f"  {error.message}"])]))
