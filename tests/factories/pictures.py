"""Files of pictures."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def make_picture(kind: str = "PNG", size: tuple[int, int] = (400, 300), **said: Any) -> bytes:
    """Give a file of one colour; `said` is what Pillow takes for the kind."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **said)
    return out.getvalue()
