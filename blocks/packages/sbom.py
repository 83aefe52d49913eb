"""What is in a package, as a CycloneDX 1.6 list: the block and the libraries it brings along.

Made from the manifest and the wheels alone, without clock or chance: the same package has the same
list everywhere.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from blocks.licences import licence_problem
from blocks.packages.package import Package
from blocks.packages.wheels import Wheel


def bill_of_materials(package: Package) -> dict[str, Any]:
    """Give the list of what a package is made of."""
    about = package.manifest
    root = Component(
        name=about["id"],
        version=about["version"],
        type=ComponentType.APPLICATION,
        bom_ref=package.digest,
        description=about["title"],
        publisher=about["publisher"],
        licenses=_licences(about["licence"]),
        hashes=[_hash(package.digest.removeprefix("sha256:"))],
    )
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, package.digest))
    bom.metadata.component = root
    parts = [_library(wheel) for wheel in package.wheels]
    bom.components.update(parts)
    bom.register_dependency(root, parts)
    document: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    del document["metadata"]["timestamp"]  # when the list is made says nothing of the package
    return document


def _library(wheel: Wheel) -> Component:
    return Component(
        name=wheel.name,
        version=wheel.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{wheel.name}@{wheel.version}",
        purl=PackageURL("pypi", name=wheel.name, version=wheel.version),
        licenses=_licences(wheel.licence),
        hashes=[_hash(wheel.sha256)],
    )


def _hash(sha256: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=sha256)


def _licences(text: str) -> list[LicenseExpression | DisjunctiveLicense]:
    if not text:
        return []
    if licence_problem(text):
        return [DisjunctiveLicense(name=text)]
    return [LicenseExpression(text)]
