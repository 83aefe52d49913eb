"""Whom to believe: any changed byte, a revoked key, an older or expired index are refused apart."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.packages.archive import ArchiveError, read_archive, write_archive
from blocks.packages.package import Package, read_package, sign_package
from blocks.packages.signing import (
    Envelope,
    NotTrustedError,
    canonical,
    key_id,
    read_envelope,
    sign,
    write_envelope,
)
from blocks.packages.trust import (
    INDEX,
    ROOT,
    Index,
    Root,
    Trusted,
    check_package,
    encode_key,
    read_index,
    read_root,
)
from kernel.clock import format_instant
from kernel.errors import GarlandError, MalformedError
from tests.factories.packages import KEY, OTHER_KEY, ROOT_KEY, make_files, make_package
from tests.support.size import examples

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SIGNED = make_package(KEY)
THIRD_KEY = Ed25519PrivateKey.from_private_bytes(b"t" * 32)


def root_document(serial: int, *keys: Ed25519PrivateKey, threshold: int = 1) -> bytes:
    texts = [encode_key(key.public_key()) for key in keys]
    return canonical({"root": 1, "serial": serial, "keys": texts, "threshold": threshold})


ROOT_OF_OURS = read_root(sign(ROOT, root_document(1, ROOT_KEY), [ROOT_KEY]), None)


def index_document(**said: Any) -> dict[str, Any]:
    release = {"digest": SIGNED.digest, "published": format_instant(NOW - 10 * DAY), "by": "acme"}
    return {
        "index": 1,
        "serial": 5,
        "expires": format_instant(NOW + DAY),
        "publishers": {"acme": [encode_key(KEY.public_key())]},
        "packages": {"acme.lamp": {"1.0.0": release}},
        "revoked_keys": {},
        "revoked_digests": {},
        **said,
    }


def signed_index(key: Ed25519PrivateKey = ROOT_KEY, **said: Any) -> Envelope:
    return sign(INDEX, canonical(index_document(**said)), [key])


def index_of(**said: Any) -> Index:
    return read_index(signed_index(**said), ROOT_OF_OURS, known_serial=0, now=NOW)


def believed(package: Package = SIGNED, **said: Any) -> Trusted:
    manifest = package.manifest
    return check_package(
        package.envelope,
        package.files,
        index_of(**said),
        name=manifest["id"],
        version=manifest["version"],
    )


def refusal(package: Package = SIGNED, **said: Any) -> str:
    with pytest.raises(NotTrustedError) as refused:
        believed(package, **said)
    return refused.value.code


def revoked(key: Ed25519PrivateKey, at: datetime) -> Mapping[str, Any]:
    return {"revoked_keys": {key_id(key.public_key()): format_instant(at)}}


def test_a_signed_and_listed_package_is_believed() -> None:
    assert believed() == Trusted(SIGNED.digest, (key_id(KEY.public_key()),))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param({"publishers": {}}, "publisher.unknown", id="unknown publisher"),
        pytest.param({"packages": {}}, "package.unknown", id="not listed"),
        pytest.param(
            {"revoked_digests": {SIGNED.digest: "It leaks."}},
            "package.revoked",
            id="digest revoked",
        ),
        pytest.param(revoked(KEY, NOW - 20 * DAY), "key.revoked", id="key revoked before"),
        pytest.param(revoked(KEY, NOW - 10 * DAY), "key.revoked", id="key revoked at that moment"),
    ],
)
def test_each_reason_to_refuse_has_its_code(said: dict[str, Any], code: str) -> None:
    assert refusal(**said) == code


def test_what_a_key_signed_before_it_was_lost_is_still_believed() -> None:
    assert believed(**revoked(KEY, NOW - 9 * DAY)).digest == SIGNED.digest


def test_an_unsigned_package_is_refused() -> None:
    assert refusal(make_package()) == "package.not_signed"


def test_the_signature_of_somebody_else_is_none() -> None:
    assert refusal(make_package(OTHER_KEY)) == "package.not_signed"


def test_another_package_under_the_same_version_is_refused() -> None:
    assert refusal(make_package(KEY, more={"more.txt": b"x"})) == "package.other"


def test_a_publisher_changes_its_key_and_both_hold_until_the_old_one_is_revoked() -> None:
    keys = {"publishers": {"acme": [encode_key(one.public_key()) for one in (KEY, OTHER_KEY)]}}

    assert believed(make_package(OTHER_KEY), **keys).digest == SIGNED.digest
    assert believed(SIGNED, **keys).digest == SIGNED.digest
    assert refusal(SIGNED, **keys, **revoked(KEY, NOW - 20 * DAY)) == "key.revoked"


def test_who_offers_a_package_again_counter_signs_the_same_digest() -> None:
    release = {"digest": SIGNED.digest, "published": format_instant(NOW), "by": "northwind"}
    said = {
        "publishers": {"northwind": [encode_key(OTHER_KEY.public_key())]},
        "packages": {"acme.lamp": {"1.0.0": release}},
    }

    assert believed(make_package(KEY, OTHER_KEY), **said).digest == SIGNED.digest
    assert refusal(SIGNED, **said) == "package.not_signed"


def _index_refusal(envelope: Envelope, known_serial: int = 0) -> str:
    with pytest.raises(NotTrustedError) as refused:
        read_index(envelope, ROOT_OF_OURS, known_serial=known_serial, now=NOW)
    return refused.value.code


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        pytest.param(signed_index(serial=4), "index.old", id="older"),
        pytest.param(signed_index(expires=format_instant(NOW)), "index.expired", id="expired"),
        pytest.param(signed_index(OTHER_KEY), "index.not_signed", id="by somebody"),
        pytest.param(signed_index(more=1), "index.bad", id="a field more"),
        pytest.param(signed_index(expires="soon"), "index.bad", id="no instant"),
        pytest.param(sign(INDEX, b"{", [ROOT_KEY]), "index.bad", id="no JSON"),
        pytest.param(
            sign(ROOT, canonical(index_document()), [ROOT_KEY]), "signature.other_kind", id="kind"
        ),
    ],
)
def test_an_index_is_refused_by_its_own_code(envelope: Envelope, code: str) -> None:
    assert _index_refusal(envelope, known_serial=5) == code


def _next_root(envelope: Envelope, known: Root = ROOT_OF_OURS) -> str:
    try:
        return str(read_root(envelope, known).serial)
    except NotTrustedError as error:
        return error.code


@pytest.mark.parametrize(
    ("document", "keys", "told"),
    [
        pytest.param(root_document(2, OTHER_KEY), [ROOT_KEY, OTHER_KEY], "2", id="by both"),
        pytest.param(root_document(2, OTHER_KEY), [OTHER_KEY], "root.not_signed", id="by the new"),
        pytest.param(root_document(2, OTHER_KEY), [ROOT_KEY], "root.not_signed", id="by the old"),
        pytest.param(root_document(1, OTHER_KEY), [ROOT_KEY, OTHER_KEY], "root.old", id="old"),
        pytest.param(
            root_document(2, OTHER_KEY, THIRD_KEY, threshold=2),
            [ROOT_KEY, OTHER_KEY],
            "root.not_signed",
            id="one too few",
        ),
        pytest.param(
            root_document(2, OTHER_KEY, threshold=2), [ROOT_KEY, OTHER_KEY], "root.bad", id="never"
        ),
    ],
)
def test_a_root_is_followed_by_one_that_both_signed(
    document: bytes, keys: list[Ed25519PrivateKey], told: str
) -> None:
    assert _next_root(sign(ROOT, document, keys)) == told


def test_one_key_twice_is_not_two_signatures() -> None:
    known = read_root(
        sign(ROOT, root_document(1, KEY, OTHER_KEY, threshold=2), [KEY, OTHER_KEY]), None
    )

    assert _next_root(sign(ROOT, root_document(2, KEY), [KEY, KEY]), known) == "root.not_signed"


def _changed(content: bytes, data: st.DataObject) -> bytes:
    at = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(1, 255))
    return content[:at] + bytes([content[at] ^ byte]) + content[at + 1 :]


@settings(max_examples=examples(400))
@given(st.data())
def test_a_change_of_any_byte_of_an_envelope_is_refused(data: st.DataObject) -> None:
    text = _changed(write_envelope(signed_index()), data)

    with pytest.raises((NotTrustedError, MalformedError)):
        read_index(read_envelope(text), ROOT_OF_OURS, known_serial=0, now=NOW)


@settings(max_examples=examples(200))
@given(st.data())
def test_a_change_of_any_byte_of_a_payload_is_a_wrong_signature(data: st.DataObject) -> None:
    good = signed_index()
    changed = Envelope(good.kind, _changed(good.payload, data), good.signatures)

    assert _index_refusal(changed) == "signature.wrong"


@settings(max_examples=examples(200))
@given(st.sampled_from(sorted(SIGNED.files)), st.data())
def test_a_change_of_any_byte_of_a_file_is_a_changed_package(
    name: str, data: st.DataObject
) -> None:
    files = {**SIGNED.files, name: _changed(SIGNED.files[name], data)}

    with pytest.raises(NotTrustedError) as refused:
        check_package(SIGNED.envelope, files, index_of(), name="acme.lamp", version="1.0.0")

    assert refused.value.code == "package.changed"
    assert refused.value.detail["files"] == [name]


@settings(max_examples=examples(200))
@given(st.data())
def test_a_change_of_any_byte_of_a_signed_archive_is_refused(data: st.DataObject) -> None:
    good = sign_package(write_archive(make_files()), KEY)

    with pytest.raises((ArchiveError, GarlandError)):
        believed(read_package(_changed(good, data)))


@settings(max_examples=examples(200))
@given(st.data())
def test_a_signature_that_was_changed_and_packed_again_is_refused(data: st.DataObject) -> None:
    files = read_archive(sign_package(write_archive(make_files()), KEY))
    files["signatures.json"] = _changed(files["signatures.json"], data)

    with pytest.raises(GarlandError):
        believed(read_package(write_archive(files)))


def test_an_envelope_is_what_dsse_says() -> None:
    document = json.loads(write_envelope(sign("a/b", b"hello", [KEY])))

    assert set(document) == {"payloadType", "payload", "signatures"}
    assert document["payload"] == "aGVsbG8="
    (one,) = document["signatures"]
    KEY.public_key().verify(base64.b64decode(one["sig"]), b"DSSEv1 3 a/b 5 hello")
