"""The keys in a backup open by the passphrase, as part of that backup alone."""

from __future__ import annotations

import json

import pytest

from garland.backup import keys
from garland.backup.manifest import BackupError
from kernel import passphrases

PHRASE = "correct horse battery staple"


@pytest.fixture(autouse=True)
def quick_sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrases, "_COST", 2)


def test_what_was_sealed_opens() -> None:
    sealed = keys.seal({"secret-key": b"k"}, passphrase=PHRASE, backup_id="one")

    assert keys.unseal(sealed, passphrase=PHRASE, backup_id="one") == {"secret-key": b"k"}


@pytest.mark.parametrize(
    ("phrase", "backup_id"),
    [
        pytest.param("correct horse battery stable", "one", id="another passphrase"),
        pytest.param("", "one", id="none"),
        pytest.param(PHRASE, "two", id="moved into another backup"),
    ],
)
def test_nothing_else_opens_it(phrase: str, backup_id: str) -> None:
    sealed = keys.seal({"secret-key": b"k"}, passphrase=PHRASE, backup_id="one")

    with pytest.raises(BackupError, match="does not open"):
        keys.unseal(sealed, passphrase=phrase, backup_id=backup_id)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"salt": 1}', b'{"salt": "AA=="}'])
def test_what_was_never_sealed_does_not_open(content: bytes) -> None:
    with pytest.raises(BackupError):
        keys.unseal(content, passphrase=PHRASE, backup_id="one")


def test_the_sealed_text_tells_no_key() -> None:
    sealed = keys.seal({"secret-key": b"a key of this size"}, passphrase=PHRASE, backup_id="one")

    assert b"a key of this size" not in sealed
    assert set(json.loads(sealed)) == {"salt", "nonce", "sealed"}


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(BackupError, match="12 characters"):
        keys.seal({}, passphrase="eleven char", backup_id="one")
