"""Which file names a package may have: those that mean the same on every machine, to every eye.

Only ASCII: what looks like another letter, turns the direction of reading or cannot be seen has no
place in a list that somebody signs after reading it.
"""

from __future__ import annotations

import re

NAME_MAX = 200
DEPTH_MAX = 12
WHEELS = "wheels/"
_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_ .+@~-]*[A-Za-z0-9_+@~-])?", re.ASCII)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE | re.ASCII)
_ARCHIVE = "an archive inside hides what is in it"
_MACHINE_CODE = "it is machine code"
_AT_START = "Python would run it at every start"
_KINDS = {
    _AT_START: (".pth", "/sitecustomize.py", "/usercustomize.py"),
    "Python would follow it": (".egg-link",),
    _MACHINE_CODE: (".so", ".pyd", ".dll", ".dylib", ".exe"),
    "it is code that nobody can read": (".pyc", ".pyo"),
    _ARCHIVE: (
        ".zip",
        ".gblk",
        ".tar",
        ".tgz",
        ".gz",
        ".xz",
        ".bz2",
        ".7z",
        ".rar",
        ".zst",
        ".egg",
    ),
}


def why_refused(name: str) -> str:
    r"""Say why a package may not have a file of that name; "" when it may.

    >>> why_refused("src/block.py")
    ''
    >>> why_refused("../block.py")
    'it leads out of the package'
    >>> why_refused("src/x.pth")
    'Python would run it at every start'
    """
    parts = name.split("/")
    for wrong, why in (
        (
            not name or len(name) > NAME_MAX or len(parts) > DEPTH_MAX,
            f"a name has 1 to {NAME_MAX} characters and at most {DEPTH_MAX} parts",
        ),
        (
            not name.isascii() or not name.isprintable(),
            "its name may only have letters and signs of ASCII that can be seen",
        ),
        (
            "\\" in name or name.startswith("/") or ":" in name,
            "it is no path inside the package",
        ),
        (not {"", ".", ".."}.isdisjoint(parts), "it leads out of the package"),
        (
            any(not _PART.fullmatch(part) or _RESERVED.fullmatch(part) for part in parts),
            "a part of it is no file name on every machine",
        ),
    ):
        if wrong:
            return why
    return _why_not_kind(name)


def folded(name: str) -> str:
    """Give what two names that some machine takes for the same have in common.

    >>> folded("Src/Block.py") == folded("src/block.py")
    True
    """
    return name.casefold()


def _why_not_kind(name: str) -> str:
    last = "/" + name.rpartition("/")[2].casefold()
    if last.endswith(".whl"):
        in_place = name.startswith(WHEELS) and name.count("/") == 1
        return "" if in_place else "wheels lie in wheels/"
    if ".so." in last:
        return _MACHINE_CODE
    return next((why for why, ends in _KINDS.items() if last.endswith(ends)), "")
