"""Folders that are not what was exported: each is refused by name, and nothing of it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session, sessionmaker

from blocks.packages.signing import read_envelope, sign, write_envelope
from blocks.packages.trust import encode_key
from kernel.errors import GarlandError
from marketplace.mirror.layout import (
    KIND,
    LONG_MAX_BYTES,
    MANIFEST,
    Entry,
    Manifest,
    entry_of,
    read_manifest,
    write_document,
    write_manifest,
)
from marketplace.mirror.origin import get_source
from marketplace.releases.store import public_releases
from tests.factories.mirror import fingerprint, import_
from tests.factories.packages import OTHER_KEY, ROOT_KEY
from tests.factories.releases import make_signed

Damage = Callable[[Path], None]
SAY = "listings/acme.say.json"


def package_in(folder: Path) -> Path:
    [found] = (folder / "packages").iterdir()
    return found


def change_package(folder: Path) -> None:
    file = package_in(folder)
    file.write_bytes(file.read_bytes()[:-1] + b"x")


def lose_package(folder: Path) -> None:
    package_in(folder).unlink()


def link_package(folder: Path) -> None:
    file = package_in(folder)
    file.rename(folder / "elsewhere")
    file.symlink_to(folder / "elsewhere")


def link_folder(folder: Path) -> None:
    (folder / "packages").rename(folder / "elsewhere")
    (folder / "packages").symlink_to(folder / "elsewhere")


def grow_listing(folder: Path) -> None:
    with (folder / SAY).open("ab") as opened:
        opened.truncate(LONG_MAX_BYTES + 1)


def signed_anew(
    folder: Path, change: Callable[[Manifest], Manifest], key: object = ROOT_KEY
) -> None:
    """Change the manifest as somebody does who has the root's key, or another."""
    assert isinstance(key, Ed25519PrivateKey)
    manifest = read_manifest(read_envelope((folder / MANIFEST).read_bytes()).payload)
    envelope = sign(KIND, write_manifest(change(manifest)), [key])
    (folder / MANIFEST).write_bytes(write_envelope(envelope))


def put(folder: Path, path: str, data: bytes) -> None:
    (folder / path).write_bytes(data)
    told = {path: entry_of(data)}
    signed_anew(folder, lambda one: replace(one, files={**one.files, **told}))


def lead_out(folder: Path) -> None:
    told = {"../../etc/passwd": Entry("0" * 64, 1)}
    signed_anew(folder, lambda one: replace(one, files={**one.files, **told}))


def say_large(folder: Path) -> None:
    told = {f"packages/{'0' * 64}.gblk": Entry("0" * 64, 2**40)}
    signed_anew(folder, lambda one: replace(one, files={**one.files, **told}))


def sign_by_another(folder: Path) -> None:
    signed_anew(folder, lambda one: one, OTHER_KEY)


def swap_package(folder: Path) -> None:
    path = package_in(folder).relative_to(folder).as_posix()
    put(folder, path, make_signed(title="Another"))


def swap_keys(folder: Path) -> None:
    said = json.loads((folder / "publishers/acme.json").read_bytes())
    said["keys"] = [encode_key(OTHER_KEY.public_key())]
    put(folder, "publishers/acme.json", write_document(said))


def lose_publisher(folder: Path) -> None:
    def without(one: Manifest) -> Manifest:
        kept = {path: told for path, told in one.files.items() if path != "publishers/acme.json"}
        return replace(one, files=kept)

    signed_anew(folder, without)


def name_another(folder: Path) -> None:
    said = json.loads((folder / SAY).read_bytes())
    put(folder, SAY, write_document({**said, "listing": "other.say"}))


def say_script(folder: Path) -> None:
    said = json.loads((folder / SAY).read_bytes())
    put(folder, SAY, write_document({**said, "support": "javascript:alert(1)"}))


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        pytest.param(change_package, "mirror.changed", id="a package was changed"),
        pytest.param(lose_package, "mirror.missing", id="a package is missing"),
        pytest.param(link_package, "mirror.link", id="a package is a link"),
        pytest.param(link_folder, "mirror.link", id="a folder is a link"),
        pytest.param(grow_listing, "mirror.too_large", id="a file is too large"),
        pytest.param(say_large, "mirror.too_large", id="a file is said to be too large"),
        pytest.param(lead_out, "mirror.path", id="a path leads out of the folder"),
        pytest.param(sign_by_another, "mirror.not_signed", id="the root did not sign it"),
        pytest.param(swap_package, "mirror.package", id="a package is not the listed one"),
        pytest.param(swap_keys, "mirror.keys", id="a publisher has other keys"),
        pytest.param(lose_publisher, "mirror.document", id="a listing has no publisher"),
        pytest.param(name_another, "mirror.document", id="a listing speaks of another"),
        pytest.param(say_script, "mirror.document", id="support is no address"),
    ],
)
def test_it_is_refused_and_nothing_is_kept(
    there: sessionmaker[Session],
    here: sessionmaker[Session],
    folder: Path,
    damage: Damage,
    code: str,
) -> None:
    damage(folder)

    with pytest.raises(GarlandError) as refused:
        import_(here, folder, trust=fingerprint(there))

    assert refused.value.code == code
    with here() as session:
        assert public_releases(session, "acme.say") == []
        assert get_source(session) is None
