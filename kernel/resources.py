"""Where Garland's own files lie that are no Python: pages, styles, migrations."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).parents[1]


def resource_folder(name: str) -> Path:
    """Find `templates`, `static` or `migrations`.

    They lie beside the packages in a checkout, and in `garland` when installed from a wheel.
    """
    inside = _ROOT / "garland" / name
    return inside if inside.is_dir() else _ROOT / name
