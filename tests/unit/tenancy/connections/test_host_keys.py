"""Which host keys a connection believes, and which lines it is not given."""

from __future__ import annotations

import pytest

from tenancy.connections.pem import host_keys_of, host_keys_problem

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIbsHJ2qOEb0vVwXg4sXnTMmkVtBCSuWbs0Y9jEBL8d7"
HOST = "edge-1.example.net"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f"{HOST} {KEY}", id="its name"),
        pytest.param(f"10.0.0.1,{HOST}  {KEY} a comment", id="one of its names"),
        pytest.param(KEY, id="no name"),
    ],
)
def test_a_line_about_the_host_is_believed(line: str) -> None:
    assert host_keys_of(line, HOST, 22) == (KEY,)
    assert host_keys_problem(line) == ""


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f"@revoked {HOST} {KEY}", id="revoked"),
        pytest.param(f"  @revoked {KEY}", id="revoked everywhere"),
        pytest.param(f"@cert-authority {HOST} {KEY}", id="an authority"),
        pytest.param(f"# {HOST} {KEY}", id="commented out"),
        pytest.param(f"  #{KEY}", id="indented and commented out"),
        pytest.param(f"# {KEY}", id="commented out everywhere"),
        pytest.param(f"edge-2.example.net {KEY}", id="another"),
        pytest.param(f"ssh-ed25519.example.net {KEY}", id="another, called like a kind of key"),
    ],
)
def test_a_line_that_is_not_about_the_host_is_not_believed(line: str) -> None:
    assert host_keys_of(line, HOST, 22) == ()


@pytest.mark.parametrize("marker", ["@revoked", "@cert-authority", " @revoked"])
def test_a_marked_line_is_not_kept(marker: str) -> None:
    assert "marked with @" in host_keys_problem(f"{HOST} {KEY}\n{marker} {HOST} {KEY}")


def test_a_comment_alone_is_no_key() -> None:
    assert "is no key" in host_keys_problem(f"  # {HOST} {KEY}")
