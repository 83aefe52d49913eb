"""`garland pack install` against a Garland that listens: looked at, agreed to, upgraded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from garland.pack_cli import pack
from tenancy.organisations import OrganisationView
from tests.factories.packs import make_pack_package
from tests.integration.conftest import client_of
from tests.integration.designer.packs.conftest import PACK, flow, make_flow, parts


class Tool:
    """The tool of an integrator who has a token."""

    def __init__(self, url: str, program: FlaskClient, folder: Path) -> None:
        token = program.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
        self.environment, self.folder = {"GARLAND_SERVER": url, "GARLAND_TOKEN": token}, folder

    def install(self, package: bytes, *words: str) -> Result:
        """Write a package to a file and install it."""
        file = self.folder / "site.gblk"
        file.write_bytes(package)
        return CliRunner().invoke(pack, ["install", str(file), *words], env=self.environment)


@pytest.fixture
def tool(app: Flask, program: FlaskClient, tmp_path: Path) -> Iterator[Tool]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Tool(f"http://127.0.0.1:{server.server_port}", program, tmp_path)
    server.shutdown()
    thread.join()


def test_it_says_what_comes_and_wants_consent(tool: Tool, program: FlaskClient) -> None:
    refused = tool.install(make_pack_package(parts=parts()))
    looked = tool.install(make_pack_package(parts=parts()), "--look")
    done = tool.install(make_pack_package(parts=parts()), "--consent")

    assert refused.exit_code == 1
    assert "asks for http: To ask the probe" in refused.output
    assert "say --consent to agree" in refused.output
    assert (looked.exit_code, "is installed" in looked.output) == (0, False)
    assert "acme.core-site 1.0.0 is installed at http://127.0.0.1" in done.output
    assert program.get(PACK).get_json()["state"] == "installed"


def test_what_is_there_is_kept_unless_it_is_to_be_taken(tool: Tool, program: FlaskClient) -> None:
    make_flow(program, "mine")

    kept = tool.install(make_pack_package(parts={"flows/tell.json": flow()}))
    newer = make_pack_package(version="1.1.0", parts={"flows/tell.json": flow("newer")})
    taken = tool.install(newer, "--take", "flows/tell.json")

    assert "yours is kept; --take flows/tell.json for the pack's" in kept.output
    assert taken.exit_code == 0
    assert program.get(PACK).get_json()["installed"]["version"] == "1.1.0"


def test_a_refusal_names_file_and_field(tool: Tool) -> None:
    refused = tool.install(make_pack_package(parts={"rules/r.json": {"rule": 1}}))

    assert refused.exit_code == 1
    assert "rules/r.json/name" in refused.output


def test_who_may_not_install_is_told(
    app: Flask, tool: Tool, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    viewer = client_of(app, sessions, acme, "viewer")
    tool = Tool(tool.environment["GARLAND_SERVER"], viewer, tool.folder)

    refused = tool.install(make_pack_package(parts={"flows/tell.json": flow()}))

    assert "The token may not do this" in refused.output
