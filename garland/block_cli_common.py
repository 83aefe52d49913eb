"""What the commands of `garland block` share: folders, findings as lines, failures told."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from blocks.authoring.folders import Finding
    from blocks.manifest import Manifest
    from blocks.packages.package import Package

Command = TypeVar("Command", bound=Callable[..., Any])

FOLDER_PATH = click.Path(exists=True, file_okay=False, path_type=Path)
FILE_PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
EITHER_PATH = click.Path(exists=True, path_type=Path)


def folder_argument(command: Command) -> Command:
    """Add the argument FOLDER: the present folder unless another is named."""
    return click.argument("folder", type=FOLDER_PATH, default=Path())(command)


@contextmanager
def failures_told() -> Iterator[None]:
    """Tell a person what is wrong, a line each, without a traceback."""
    from kernel.errors import GarlandError, InvalidError

    try:
        yield
    except InvalidError as error:
        lines = [f"  {one.pointer or '/'}  {one.message}" for one in error.problems]
        raise click.ClickException("\n".join([error.message, *lines])) from None
    except GarlandError as error:
        raise click.ClickException(error.message) from None


@contextmanager
def log_apart(*, shows_crashes: bool) -> Iterator[None]:
    """Keep the log out of what a command prints; where code crashed goes to the error output."""
    import logging

    import structlog

    kept = structlog.get_config()
    level = logging.ERROR if shows_crashes else logging.CRITICAL
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[structlog.processors.format_exc_info, _crash],
    )
    try:
        yield
    finally:
        structlog.configure(**kept)


def _crash(_logger: Any, _name: str, event: Any) -> str:
    """Give what an author needs of a log line: the traceback."""
    return str(event.get("exception") or event.get("event"))


def echo_json(document: Any) -> None:
    """Print a result as a program reads it."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def finding_lines(findings: "Sequence[Finding]") -> list[str]:
    """Give findings as lines: file, field, what to do."""
    return [
        f"  {' '.join(filter(None, (one.file, one.pointer)))}: {one.message}" for one in findings
    ]


def finding_documents(findings: "Sequence[Finding]") -> list[dict[str, Any]]:
    """Give findings as a program reads them."""
    return [asdict(one) for one in findings]


def facts_of(manifest: "Manifest") -> dict[str, Any]:
    """Give what names a block in every document of the tool."""
    return {
        "id": manifest.id,
        "version": manifest.version,
        "kind": manifest.kind,
        "title": manifest.title,
    }


def read_release(path: Path) -> "Manifest":
    """Read the manifest of a release: a package or a folder.

    Raises:
        InvalidError: it is none, or its manifest is wrong.
        FolderError: the folder has no manifest.
    """
    from blocks.authoring.folders import read_folder
    from blocks.manifest import parse_manifest

    document = read_folder(path).document if path.is_dir() else read_file(path).manifest
    return parse_manifest(document)


def read_file(path: Path) -> "Package":
    """Read a package from its file.

    Raises:
        InvalidError: it is none.
    """
    from blocks.packages.package import read_package

    return read_package(path.read_bytes())


def plural(count: int, one: str) -> str:
    """Count things in words.

    >>> plural(1, "problem"), plural(2, "problem")
    ('1 problem', '2 problems')
    """
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
