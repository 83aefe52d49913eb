"""Which private networks an operator opens: all, none, or those that the setting names."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from blocks.brokers.addresses import Allowed, pick_address
from blocks.sdk import BlockError
from garland.settings import Settings

NETWORKS = (ip_network("10.20.0.0/16"), ip_network("fd12::/48"))


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("true", True), ("1", True), ("False", False), ("", False),
        ("10.20.0.0/16, fd12::/48", NETWORKS), ("10.20.3.4", (ip_network("10.20.3.4/32"),)),
    ],
)  # fmt: skip
def test_the_setting_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, allowed: Allowed
) -> None:
    monkeypatch.setenv("GARLAND_ALLOW_PRIVATE_NETWORK", text)

    assert Settings(data_dir=tmp_path).allow_private_network == allowed


@pytest.mark.parametrize("text", ["maybe", "10.20.0.0/33", "10.20.0.1/16", "10.0.0.0/8,", "r1"])
def test_what_is_no_network_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    monkeypatch.setenv("GARLAND_ALLOW_PRIVATE_NETWORK", text)

    with pytest.raises(ValidationError):
        Settings(data_dir=tmp_path)


@pytest.mark.parametrize(
    ("addresses", "reached"),
    [
        (["10.20.1.2"], True), (["fd12::7"], True), (["1.1.1.1"], True), (["10.21.1.2"], False),
        (["127.0.0.1"], False), (["10.20.1.2", "10.21.1.2"], False), (["::ffff:10.20.1.2"], False),
        (["64:ff9b::a14:102"], True),
    ],
)  # fmt: skip
def test_only_the_named_networks_are_open(addresses: list[str], *, reached: bool) -> None:
    def ask() -> str:
        return pick_address(
            "r1", 161, allow_private=NETWORKS, resolver=lambda _host, _port: addresses
        )

    if reached:
        assert ask() == addresses[0]
        return
    with pytest.raises(BlockError) as told:
        ask()
    assert told.value.code == "http.forbidden_address"


def test_no_setting_opens_where_clouds_keep_credentials() -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))

    for address in ("169.254.169.254", "fd00:ec2::254", "0.0.0.0", "224.0.0.1"):  # noqa: S104
        with pytest.raises(BlockError):
            pick_address("x", 80, allow_private=everything, resolver=lambda *_, one=address: [one])
