"""What is told of a package: its bill of materials, its licence, what its code imports."""

from __future__ import annotations

import pytest

from blocks.licences import licence_problem
from blocks.packages.imports import imported_modules, notable_modules
from blocks.packages.sbom import bill_of_materials
from tests.factories.packages import KEY, make_package, make_wheel

WHEEL = {"wheels/lampkit-1.0-py3-none-any.whl": make_wheel()}


def test_the_bill_of_materials_names_the_block_and_its_libraries() -> None:
    document = bill_of_materials(make_package(more=WHEEL))

    (library,) = document["components"]
    assert document["specVersion"] == "1.6"
    assert document["metadata"]["component"]["licenses"] == [{"expression": "MIT"}]
    assert library["purl"] == "pkg:pypi/lampkit@1.0"
    assert library["hashes"][0]["alg"] == "SHA-256"
    assert document["dependencies"][-1]["dependsOn"] == ["lampkit@1.0"]


def test_the_same_package_has_the_same_bill_whoever_signed_it() -> None:
    assert bill_of_materials(make_package(more=WHEEL)) == bill_of_materials(
        make_package(KEY, more=WHEEL)
    )


@pytest.mark.parametrize(
    "licence",
    [
        "MIT",
        "mit",
        "Apache-2.0 OR MIT",
        "(MIT OR BSD-3-Clause) AND ISC",
        "LicenseRef-Acme",
        "GPL-2.0",
        "GPL-2.0-or-later WITH Classpath-exception-2.0",
    ],
)
def test_an_spdx_expression_is_a_licence(licence: str) -> None:
    assert licence_problem(licence) == ""


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        ("Apache 2", "write Apache-2.0,"),
        ("BSD", "write BSD-3-Clause,"),
        ("MIT WITH MIT", "MIT WITH MIT is no SPDX licence: see"),
        ("LicenseRef-", "LicenseRef- is no SPDX licence: see"),
        ("MIT OR Foo-7", "Foo-7 is no SPDX licence"),
        ("Proprietary", "or write LicenseRef-…"),
        ("MIT AND", "no SPDX licence"),
        ("", "an empty text is no SPDX licence"),
        ("()", "no SPDX licence"),
    ],
)
def test_what_is_no_licence_is_named_with_advice(licence: str, told: str) -> None:
    assert told in licence_problem(licence)


def test_what_code_imports_is_told() -> None:
    code = b"import ctypes.util\nfrom os import path\nfrom . import x\ndef f():\n    import json\n"

    assert imported_modules({"block.py": code, "a.txt": b"import no"}) == ("ctypes", "json", "os")
    assert notable_modules({"block.py": code}) == ("ctypes", "os")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (b"__import__('os')", "__import__()"),
        (b"exec('x')", "exec()"),
        (b"def (", "unreadable: block.py"),
        (b"x = " + b"(" * 5000, "unreadable: block.py"),
        (b"\x00", "unreadable: block.py"),
    ],
)
def test_what_cannot_be_read_is_told_too(code: bytes, told: str) -> None:
    assert notable_modules({"block.py": code}) == (told,)
