"""Which release of Garland this is."""

import tomllib
from importlib import metadata
from pathlib import Path


def version() -> str:
    """Give the version installed, or that of the work tree this runs from."""
    try:
        return metadata.version("garland")
    except metadata.PackageNotFoundError:
        project = Path(__file__).parent.parent / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
