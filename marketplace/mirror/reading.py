"""Reading a folder: the manifest and whose it is, then each document, all before anything is kept.

Nothing of it is believed for lying there: the manifest is signed by the root, the index by the
same, each package by who the index says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blocks.packages.package import Package, read_package
from blocks.packages.signing import Envelope, NotTrustedError, key_id, read_envelope, signers
from blocks.packages.trust import Index, Root, Trusted, check_package, decode_key, read_root
from kernel.clock import parse_instant
from kernel.errors import GarlandError
from marketplace.mirror.folder import read_file, read_told
from marketplace.mirror.layout import (
    INDEX,
    KIND,
    MANIFEST,
    RECALLS,
    ROOT,
    Manifest,
    MirrorError,
    Purpose,
    read_document,
    read_manifest,
)
from marketplace.releases._tables import SUPPORT_MAX
from marketplace.releases.words import require_support

Progress = Callable[[int, int], None]
GONE = "recalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A folder whose manifest was read and is signed by the root that lies beside it."""

    folder: Path
    manifest: Manifest
    root: Envelope

    def index(self) -> Envelope:
        """Read the index; whether it may be relied on is another question."""
        return read_envelope(self.read(INDEX))

    def read(self, path: str) -> bytes:
        """Read a file that the manifest names.

        Raises:
            MirrorError: as `read_told`; `mirror.missing` where the manifest does not name it.
        """
        told = self.manifest.files.get(path)
        if told is None:
            message = f"The manifest does not name {path}: the export is not whole. Export again."
            raise MirrorError("missing", message, path=path)
        return read_told(self.folder, path, told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What the documents of a folder say, by namespace, listing and advisory."""

    publishers: Mapping[str, Any]
    listings: Mapping[str, Any]
    advisories: Mapping[str, Any]
    recalls: tuple[Any, ...]

    def releases(self) -> Iterator[tuple[str, Any]]:
        """Yield each release with the listing that it is of."""
        for listing_id, listing in sorted(self.listings.items()):
            for release in listing["releases"]:
                yield listing_id, release


def open_folder(folder: Path) -> Opened:
    """Read manifest and root of a folder.

    Raises:
        MirrorError: as `read_file` and `read_manifest`; `mirror.not_signed`.
        NotTrustedError: as `read_root`, `signature.wrong`.
        MalformedError: one of them is no signed document.
    """
    signed = read_envelope(read_file(folder, MANIFEST))
    data = read_file(folder, ROOT)
    envelope = read_envelope(data)
    root: Root = read_root(envelope, None)
    if len(set(signers(signed, KIND, root.keys))) < root.threshold:
        message = f"{MANIFEST} is not signed by the root beside it: export again."
        raise MirrorError("not_signed", message)
    opened = Opened(folder=folder, manifest=read_manifest(signed.payload), root=envelope)
    opened.read(ROOT)
    return opened


def read_documents(opened: Opened) -> Documents:
    """Read all documents of a folder, and see that they fit each other.

    Raises:
        MirrorError: as `Opened.read` and `read_document`; `mirror.document` where one says
            something else than its name, or what belongs to it is not there.
    """
    found: dict[str, dict[str, Any]] = {"publishers": {}, "listings": {}, "advisories": {}}
    for path in sorted(opened.manifest.files):
        kind, _, name = path.removesuffix(".json").partition("/")
        if kind in found:
            found[kind][name] = _named(path, read_document(path, opened.read(path)), name)
    recalls = ()
    if RECALLS in opened.manifest.files:
        recalls = tuple(read_document(RECALLS, opened.read(RECALLS)))
    documents = Documents(**found, recalls=recalls)
    _check_fit(documents)
    return documents


def check_keys(documents: Documents, index: Index) -> None:
    """See that publishers have the keys that the index says, and revoked those that it does.

    Raises:
        MirrorError: `mirror.keys`, naming the namespace.
    """
    for namespace, said in documents.publishers.items():
        known = index.publishers.get(namespace, {})
        told = {key_id(decode_key(one)) for one in said["keys"]}
        revoked = {one: parse_instant(at) for one, at in said["revoked"].items()}
        meant = {one: index.revoked_keys[one] for one in known if one in index.revoked_keys}
        if told != set(known) or revoked != meant:
            message = (
                f"The keys of {namespace} are not those that the index names: what is listed "
                "under this namespace is not taken. Export again."
            )
            raise MirrorError("keys", message, namespace=namespace)


def is_carried(release: Mapping[str, Any], index: Index) -> bool:
    """Tell whether the package of a release has to be in the folder."""
    return release["state"] != GONE and release["digest"] not in index.revoked_digests


def check_release(
    data: bytes, listing_id: str, release: Mapping[str, Any], index: Index
) -> tuple[Package, Trusted]:
    """See that a file is the package of a release, and that who answers for it signed it.

    Raises:
        MirrorError: `mirror.package`: it is not the one that is listed, or is not to be believed;
            the words say why.
    """
    version = release["version"]
    try:
        package = read_package(data)
        named = (package.manifest["id"], package.manifest["version"])
        if package.digest != release["digest"] or named != (listing_id, version):
            message = f"it is {named[0]} {named[1]}, {package.digest}"
            raise NotTrustedError("package.other", message)
        trusted = check_package(
            package.envelope, package.files, index, name=listing_id, version=version
        )
    except GarlandError as error:
        message = f"The package of {listing_id} {version} is not taken: {error.message}"
        raise MirrorError("package", message, why=error.code) from None
    return package, trusted


def require_purpose(opened: Opened, purpose: Purpose) -> None:
    """Refuse a folder that is for something else.

    Raises:
        MirrorError: `mirror.purpose`.
    """
    if opened.manifest.purpose is purpose:
        return
    told = {
        Purpose.WHOLE: "This folder holds releases to hand in: import it with --for ORGANISATION.",
        Purpose.OWN: "This folder holds a whole marketplace: import it without --for.",
    }
    raise MirrorError("purpose", told[purpose])


def _named(path: str, document: Any, name: str) -> Any:
    said = document.get("namespace") or document.get("advisory") or document["listing"]
    if said != name:
        raise MirrorError("document", f"{path} speaks of {said}: it is not taken.", path=path)
    return document


def _check_fit(documents: Documents) -> None:
    for namespace, said in documents.publishers.items():
        _check_support(f"publishers/{namespace}.json", said)
    for listing_id, said in documents.listings.items():
        path = f"listings/{listing_id}.json"
        _check_support(path, said)
        if listing_id.partition(".")[0] not in documents.publishers:
            message = f"{path} is of a publisher that the folder does not tell of: export again."
            raise MirrorError("document", message, path=path)
        versions = [one["version"] for one in said["releases"]]
        if len(set(versions)) != len(versions):
            raise MirrorError("document", f"{path} names a version twice.", path=path)
    for advisory_id, said in documents.advisories.items():
        if said["listing"] not in documents.listings:
            path = f"advisories/{advisory_id}.json"
            message = f"{path} is about {said['listing']}, which the folder does not tell of."
            raise MirrorError("document", message, path=path)


def _check_support(path: str, said: Mapping[str, Any]) -> None:
    try:
        require_support(said["support"], SUPPORT_MAX)
    except GarlandError as error:
        raise MirrorError("document", f"{path}: {error.message}.", path=path) from None
