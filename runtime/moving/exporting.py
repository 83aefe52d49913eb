"""Writing an organisation to an archive: a zip of lines of JSON, a file for each table.

It is written as it is read, so its size costs no memory; the manifest, which holds the digests,
comes last. What is in it: `docs/moving.md`.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from kernel.db import Base
from kernel.ids import new_id
from kernel.secrets import Sealer, Vault
from runtime.moving.digest import Part
from runtime.moving.manifest import NAME, SECRETS, Anew, Made, Manifest, write_manifest
from runtime.moving.rows import Place, count_rows, lines_of, moved_tables, place_of
from runtime.moving.sealing import Passphrase
from runtime.moving.secret_rows import not_brought, secret_rows
from tenancy.keys.vault import tenant_vault
from tenancy.organisations import get_organisation
from tenancy.scope import system

ENDING = ".jsonl"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a zip knows no earlier day
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How an export is wanted.

    Attributes:
        passphrase: What seals the secrets; "" leaves them out.
        progress: Told now and then how many rows are written, and of how many.
    """

    made: Made
    vault: Vault
    passphrase: str = ""
    progress: Told = lambda *_: None


def export_tenant(
    session: Session, tenant_id: UUID, out: IO[bytes], wish: Wish, *, now: datetime
) -> Manifest:
    """Write an organisation to an archive; nothing of it changes.

    `session` must read one snapshot: a transaction of its own, at REPEATABLE READ on PostgreSQL.
    """
    with system(session), ZipFile(out, "w", ZIP_DEFLATED) as archive:
        place = place_of(session.connection(), tenant_id)
        parts = _write_tables(archive, place, wish.progress)
        manifest_id = new_id()
        anew = tuple(not_brought(place))
        if wish.passphrase:
            passphrase = Passphrase(wish.passphrase, manifest_id)
            vault = tenant_vault(session, tenant_id, wish.vault)
            parts[SECRETS], anew = _write_secrets(archive, place, vault, passphrase)
        manifest = Manifest(
            id=manifest_id,
            made_at=now,
            made=wish.made,
            tenant=_tenant_of(session, tenant_id),
            audit_last=_audit_last(place),
            spans=place.spans,
            parts=parts,
            packages=_packages(place),
            anew=anew,
        )
        archive.writestr(_entry(NAME), write_manifest(manifest))
    return manifest


def _write_tables(archive: ZipFile, place: Place, progress: Told) -> dict[str, Part]:
    tables = moved_tables()
    total = sum(count_rows(place, table) for table in tables)
    parts, done = {}, 0
    for table in tables:
        with archive.open(_entry(table.name + ENDING), "w", force_zip64=True) as file:
            writing = _Writing(file)
            for line in lines_of(place, table):
                writing.add(line)
                if writing.rows % 500 == 0:
                    progress(done + writing.rows, total)
        parts[table.name] = writing.part
        done += writing.rows
        progress(done, total)
    return parts


def _write_secrets(
    archive: ZipFile, place: Place, vault: Sealer, passphrase: Passphrase
) -> tuple[Part, tuple[Anew, ...]]:
    closed: list[Anew] = []
    with archive.open(_entry(SECRETS + ENDING), "w", force_zip64=True) as file:
        writing = _Writing(file)
        writing.add(_dumped({"salt": b64encode(passphrase.salt).decode()}))
        for table, key, values in secret_rows(place, vault):
            if values is None:
                what = "its secret does not open with the keys of the installation it came from"
                closed.append(Anew(kind=table, name=key, what=what))
                continue
            sealed = passphrase.seal(table, key, values)
            writing.add(_dumped({"table": table, "key": key, "sealed": sealed}))
    return writing.part, tuple(closed)


class _Writing:
    """One part as it is written: how much of it, and its digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hashed = file, hashlib.sha256()
        self.rows, self._size = 0, 0

    def add(self, line: bytes) -> None:
        self._file.write(line)
        self._hashed.update(line)
        self.rows, self._size = self.rows + 1, self._size + len(line)

    @property
    def part(self) -> Part:
        return Part(rows=self.rows, size_bytes=self._size, sha256=self._hashed.hexdigest())


def _dumped(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _EPOCH)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _tenant_of(session: Session, tenant_id: UUID) -> dict[str, str]:
    one = get_organisation(session, tenant_id)
    return {"id": str(one.id), "slug": one.slug, "name": one.name, "kind": one.kind}


def _audit_last(place: Place) -> tuple[int, str]:
    chain = _named("audit_chain")
    wanted = select(chain.c.last, chain.c.ends_with).where(chain.c.tenant_id == place.tenant_id)
    found = place.connection.execute(wanted).first()
    return (found.last, found.ends_with) if found is not None else (0, "")


def _packages(place: Place) -> tuple[tuple[str, str, str], ...]:
    install = _named("block_install")
    wanted = select(install.c.block_id, install.c.version, install.c.digest)
    mine = wanted.where(install.c.tenant_id == place.tenant_id)
    rows = place.connection.execute(mine.order_by(install.c.block_id, install.c.version))
    return tuple((row.block_id, row.version, row.digest) for row in rows)


def _named(name: str) -> Table:
    return Base.metadata.tables[name]
