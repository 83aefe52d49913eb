"""Which file names a package may have: those that mean the same on every machine and to every eye."""

from __future__ import annotations

import re
import unicodedata

NAME_MAX = 200
DEPTH_MAX = 12
_PART = re.compile(r"[\w](?:[\w .+@~-]*[\w+@~-])?|\.[\w][\w.-]*", re.UNICODE)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_NEVER = {
    ".pth": "Python would run it at every start",
    ".egg-link": "Python would follow it",
    ".so": "it is machine code",
    ".pyd": "it is machine code",
    ".dll": "it is machine code",
    ".dylib": "it is machine code",
    ".exe": "it is machine code",
    ".pyc": "it is code that nobody can read",
    ".zip": "an archive inside hides what is in it",
    ".gblk": "an archive inside hides what is in it",
    ".tar": "an archive inside hides what is in it",
    ".gz": "an archive inside hides what is in it",
    ".xz": "an archive inside hides what is in it",
    ".bz2": "an archive inside hides what is in it",
    ".7z": "an archive inside hides what is in it",
    ".egg": "an archive inside hides what is in it",
}
_HOOKS = frozenset({"sitecustomize.py", "usercustomize.py"})
WHEELS = "wheels/"


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
    if not name or len(name) > NAME_MAX or len(parts) > DEPTH_MAX:
        return f"a name has 1 to {NAME_MAX} characters and at most {DEPTH_MAX} parts"
    if "\\" in name or name.startswith("/") or ":" in parts[0]:
        return "it is no path inside the package"
    if ".." in parts or "." in parts or "" in parts:
        return "it leads out of the package"
    if unicodedata.normalize("NFC", name) != name or not name.isprintable():
        return "it has characters that cannot be seen, or that can be written in two ways"
    if any(unicodedata.bidirectional(each) in _TURNS for each in name):
        return "it has characters that turn the direction of reading"
    if not all(_PART.fullmatch(part) and not _RESERVED.fullmatch(part) for part in parts):
        return "a part of it is no file name on every machine"
    return _why_not_kind(name, parts[-1].casefold())


def folded(name: str) -> str:
    """Give what two names that some machine takes for the same have in common.

    >>> folded("Src/Block.py") == folded("src/block.py")
    True
    """
    return unicodedata.normalize("NFKC", name).casefold()


def _why_not_kind(name: str, last: str) -> str:
    if last in _HOOKS:
        return "Python would run it at every start"
    if last.endswith(".whl"):
        return "" if name.startswith(WHEELS) and name.count("/") == 1 else "wheels lie in wheels/"
    return next((why for suffix, why in _NEVER.items() if last.endswith(suffix)), "")


_TURNS = frozenset({"R", "AL", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"})
