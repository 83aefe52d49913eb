"""Secrets as they come in: those that came along under the passphrase, new ones for the rest."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as BinasciiError
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from kernel.errors import MalformedError
from kernel.json_text import read_json
from kernel.secrets import Sealer
from runtime.moving.handling import SEALED_DOCUMENTS, SECRET
from runtime.moving.manifest import SECRETS, ArchiveError
from runtime.moving.reading import Archive
from runtime.moving.sealing import Passphrase
from runtime.moving.secret_rows import key_of, with_new, with_opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """The secrets of one archive, sealed as they came, by table and key."""

    vault: Sealer
    now: datetime
    passphrase: Passphrase | None
    sealed: Mapping[tuple[str, str], str]

    def with_secrets(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        """Give a row with its secrets, sealed by this installation; raises ArchiveError."""
        if table.name not in SECRET and table.name not in SEALED_DOCUMENTS:
            return row
        key = key_of(table, row)
        sealed = self.sealed.get((table.name, key))
        if sealed is None or self.passphrase is None:
            return with_new(table.name, row, self.vault, now=self.now)
        values = self.passphrase.open(table.name, key, sealed)
        try:
            return with_opened(table.name, row, values, self.vault)
        except (KeyError, StopIteration, RuntimeError, ValueError):
            raise ArchiveError("The secrets do not fit the rows that they belong to") from None


def open_incoming(archive: Archive, vault: Sealer, passphrase: str, *, now: datetime) -> Incoming:
    """Read the secrets that came along.

    Raises:
        ArchiveError: there are none for the passphrase that was given.
    """
    if not passphrase:
        return Incoming(vault=vault, now=now, passphrase=None, sealed={})
    if not archive.manifest.has_secrets:
        raise ArchiveError("No secrets came along: bring it in without a passphrase.")
    lines = archive.lines_of(SECRETS)
    try:
        salt = b64decode(_read(next(lines))["salt"], validate=True)
        sealed = {(one["table"], one["key"]): one["sealed"] for one in map(_read, lines)}
    except (StopIteration, KeyError, TypeError, BinasciiError, MalformedError):
        raise ArchiveError("The part with the secrets cannot be read: it was changed") from None
    opener = Passphrase(passphrase, archive.manifest.id, salt)
    return Incoming(vault=vault, now=now, passphrase=opener, sealed=sealed)


def _read(line: bytes) -> Any:
    return read_json(line, what="a line of the secrets")
