"""Which contents a package may not have, whatever the file is called: told by their first bytes.

Machine code would run outside what Python's code is held to, and an archive inside hides what is in
it from everyone who looks at the list of files.
"""

from __future__ import annotations

from blocks.packages.names import WHEELS

_MACHINE_CODE = "it is machine code"
_ARCHIVE = "an archive inside hides what is in it"
_BEGINNINGS = (
    (b"\x7fELF", _MACHINE_CODE),
    (b"\xfe\xed\xfa\xce", _MACHINE_CODE),
    (b"\xfe\xed\xfa\xcf", _MACHINE_CODE),
    (b"\xce\xfa\xed\xfe", _MACHINE_CODE),
    (b"\xcf\xfa\xed\xfe", _MACHINE_CODE),
    (b"\xca\xfe\xba\xbe", _MACHINE_CODE),
    (b"!<arch>\n", _MACHINE_CODE),
    (b"\x00asm", _MACHINE_CODE),
    (b"PK\x03\x04", _ARCHIVE),
    (b"PK\x05\x06", _ARCHIVE),
    (b"\x1f\x8b\x08", _ARCHIVE),
    (b"\xfd7zXZ\x00", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"Rar!\x1a\x07", _ARCHIVE),
    (b"BZh91AY&SY", _ARCHIVE),
)
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL_BYTES = (1 << 16) + 22


def why_refused_content(name: str, content: bytes) -> str:
    r"""Say why a package may not have a file with that content; "" when it may.

    A wheel in `wheels/` is an archive; `blocks.packages.wheels` reads it.

    >>> why_refused_content("src/table.dat", b"\x7fELF\x02")
    'it is machine code'
    """
    if name.startswith(WHEELS) and name.endswith(".whl"):
        return ""
    for beginning, why in _BEGINNINGS:
        if content.startswith(beginning):
            return why
    if content.startswith(b"MZ") and b"\x00" in content[:64]:
        return _MACHINE_CODE
    if content[257:262] == b"ustar" or _ZIP_END in content[-_ZIP_TAIL_BYTES:]:
        return _ARCHIVE
    return ""
