"""Pictures read and written by Pillow, the only place that knows it.

A file is read by what is in it, whatever it is called, and only as one of three formats. Its size
is looked at before any pixel is read, so that a small file cannot unfold into a huge picture. What
is kept is drawn anew: no position, no camera's serial number and nothing behind the picture stays.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP")
FILE_MAX_BYTES = 5 * 1024 * 1024
SIDE_MAX = 8_000
PIXELS_MAX = 24_000_000
"""What a phone's camera takes; unfolded it is about 100 MB, for a moment."""
SIDE_MIN = 200
SHOWN_MAX = 1_600
"""Larger ones are made smaller: no page shows more."""
_QUALITY = 88
_MANY_FRAMES = frozenset({"PNG", "WEBP"})
"""In which more than one frame is a film; a JPEG of a phone may bring a second, smaller picture."""


class NoPictureError(Exception):
    """The file is none that may be shown; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture as it is kept: a WebP, and its size in pixels."""

    content: bytes
    width: int
    height: int


def draw_anew(content: bytes) -> Drawn:
    """Read a PNG, JPEG or WebP and write it as a WebP of at most `SHOWN_MAX` each way.

    Raises:
        NoPictureError: it is too large, too small, moves, is damaged, or is no such file.
    """
    if len(content) > FILE_MAX_BYTES:
        most = FILE_MAX_BYTES // (1024 * 1024)
        raise NoPictureError(f"it has {len(content):,} bytes: at most {most} MB are taken")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as found:
            _require_fair(found)
            drawn = _drawn(found)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        told = "it is no PNG, JPEG or WebP, whatever it is called: save the picture as one"
        raise NoPictureError(told) from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        told = f"it is damaged ({error}): save the picture anew"
        raise NoPictureError(told) from None
    out = io.BytesIO()
    drawn.save(out, "WEBP", quality=_QUALITY, method=4)
    return Drawn(content=out.getvalue(), width=drawn.width, height=drawn.height)


def _require_fair(found: Image.Image) -> None:
    size = f"it is {found.width:,} by {found.height:,} pixels"
    if max(found.size) > SIDE_MAX or found.width * found.height > PIXELS_MAX:
        most = f"at most {SIDE_MAX:,} each way and {PIXELS_MAX // 1_000_000} million in all"
        raise NoPictureError(f"{size}: {most} are taken, make it smaller")
    if min(found.size) < SIDE_MIN:
        raise NoPictureError(f"{size}: at least {SIDE_MIN} each way can be made out on a page")
    if found.format in _MANY_FRAMES and getattr(found, "n_frames", 1) > 1:
        raise NoPictureError("it moves: choose one of its pictures that stands still")


def _drawn(found: Image.Image) -> Image.Image:
    """Draw it upright, without what else the file says, and no larger than it is shown."""
    upright = ImageOps.exif_transpose(found)
    sees_through = upright.has_transparency_data
    plain = upright.convert("RGBA" if sees_through else "RGB")
    plain.thumbnail((SHOWN_MAX, SHOWN_MAX))
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare
