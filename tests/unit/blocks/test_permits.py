"""Where a block's calls may go: one reading of an address, and what the manifest allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.brokers.addresses import is_public, may_be_opened
from blocks.manifest import Permission, PermissionName
from blocks.permits import Permit, permit_of
from blocks.sdk import BlockError
from blocks.targets import read_host, read_target


def permission(*hosts: str, ports: tuple[int, ...] = ()) -> Permission:
    return Permission(name="http", reason="x", hosts=hosts, ports=ports)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://EXAMPLE.com/", "example.com"),
        ("https://example.com./", "example.com"),
        ("https://faß.de/", "xn--fa-hia.de"),
        ("http://127。0。0。1/", "127.0.0.1"),
        ("http://[::FFFF:1.2.3.4]/", "::ffff:1.2.3.4"),
        ("http://0x7f.1/", "0x7f.1"),
        ("http://2130706433/", "2130706433"),
    ],
)
def test_reads_a_host_as_it_will_be_called(text: str, host: str) -> None:
    target = read_target(text)

    assert (target.host, target.url.host) in [(host, host), (host, "faß.de")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("https://user:pass@a.example/", id="userinfo"),
        pytest.param("https://a.example@b.example/", id="a host that is a user"),
        pytest.param("https://a.example\\@b.example/", id="backslash"),
        pytest.param("https://a.example../", id="two dots"),
        pytest.param("https://.a.example/", id="no first label"),
        pytest.param("https://a..example/", id="no middle label"),
        pytest.param("https://%6c%6fcalhost/", id="percent-encoded"),
        pytest.param("https://a b/", id="space"),
        pytest.param("https://a.example:0/", id="port 0"),
        pytest.param("https://a.example:99999/", id="port too high"),
        pytest.param("https://[fe80::1%25eth0]/", id="zone"),
        pytest.param("https://\uff11\uff12\uff17.\uff10.\uff10.\uff11/", id="full-width digits"),
        pytest.param("https://ⓛocalhost/", id="a letter in a circle"),
        pytest.param("https://" + "a" * 64 + ".example/", id="label too long"),
        pytest.param("https://" + "a." * 130 + "example/", id="name too long"),
        pytest.param("https://a.example/" + "a" * 9_000, id="address too long"),
        pytest.param("https://a.example/\r\nX: y", id="line break"),
    ],
)
def test_refuses_an_address_that_two_readers_could_read_differently(text: str) -> None:
    with pytest.raises(BlockError) as caught:
        read_target(text)

    assert caught.value.code == "http.bad_address"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        target = read_target(f"https://{text}")
    except BlockError as error:
        assert error.code == "http.bad_address"  # noqa: PT017  either is right, nothing else is
        return

    assert target.host.isascii()
    assert not set(target.host) & set("@/\\?#% ")


def test_named_hosts_are_called_at_the_ports_of_http_only() -> None:
    assert permit_of(permission("a.example"), {}).ports == (80, 443)
    assert permit_of(permission("a.example", ports=(8443,)), {}).ports == (8443,)
    assert permit_of(permission("*"), {}).ports == ()


@pytest.mark.parametrize(
    ("name", "usual"), [("ssh", (22, 830)), ("snmp", (161, 162)), ("mqtt", (1883, 8883))]
)
def test_named_hosts_of_other_protocols_are_reached_at_their_usual_ports(
    name: PermissionName, usual: tuple[int, ...]
) -> None:
    asked = Permission(name=name, reason="x", hosts=("*.core.example",))
    permit = permit_of(asked, {})

    permit.check_place("r1.core.example", usual[0])

    assert permit.ports == usual
    for host, port in [("r1.example", usual[0]), ("r1.core.example", 80)]:
        with pytest.raises(BlockError, match="may call only"):
            permit.check_place(host, port)


@pytest.mark.parametrize("value", ["evil.example/", "a.b", "", "-a", "a@b", "a:1", 5, None])
def test_a_setting_in_a_host_is_one_label_whatever_the_form_let_through(value: object) -> None:
    with pytest.raises(BlockError) as caught:
        permit_of(permission("${config.site}.example.com"), {"site": value})

    assert caught.value.code == "http.bad_address"


@pytest.mark.parametrize(
    ("permit", "method", "url"),
    [
        (Permit(hosts=("a.example",)), "GET", "https://b.example/"),
        (Permit(hosts=("*.a.example",)), "GET", "https://a.example/"),
        (Permit(hosts=("*.a.example",)), "GET", "https://xa.example/"),
        (Permit(hosts=("a.example",)), "GET", "https://a.example.b.example/"),
        (Permit(methods=("GET",)), "POST", "https://a.example/"),
        (Permit(ports=(443,)), "GET", "https://a.example:22/"),
    ],
)
def test_what_is_not_permitted_is_refused(permit: Permit, method: str, url: str) -> None:
    target = read_target(url)
    with pytest.raises(BlockError) as caught:
        permit.check(method, host=target.host, port=target.port)

    assert caught.value.code == "block.not_permitted"


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("10.1.2.3", True), ("172.31.255.255", True), ("192.168.0.1", True), ("127.0.0.1", True),
        ("100.64.0.1", True), ("::1", True), ("fd12::1", True), ("64:ff9b::a00:1", True),
        ("0.0.0.1", False), ("169.254.169.254", False), ("192.0.0.1", False), ("192.0.2.1", False),
        ("192.88.99.1", False), ("198.18.0.1", False), ("198.51.100.1", False),
        ("203.0.113.1", False), ("224.0.0.1", False), ("240.0.0.1", False),
        ("255.255.255.255", False), ("::", False), ("fe80::1", False), ("fe80::1%eth0", False),
        ("fec0::1", False), ("ff02::1", False), ("2001:db8::1", False), ("3fff::1", False),
        ("2001::1", False), ("2002:a00:1::", False), ("2002:101:101::", False),
        ("::ffff:127.0.0.1", False), ("::ffff:1.1.1.1", False), ("::127.0.0.1", False),
        ("64:ff9b:1::a00:1", False), ("100::1", False), ("5f00::1", False),
        ("fd00:ec2::254", False), ("64:ff9b::a9fe:a9fe", False),
    ],
)  # fmt: skip
def test_no_special_address_is_public(address: str, *, opened: bool) -> None:
    assert not is_public(address)
    assert may_be_opened(address) is opened


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "64:ff9b::101:101"]
)
def test_others_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "text",
    ["", "a b", "r1/", "b/.", "@a", "a@b", "::1]x", "é:1", "xn--exam~ple", "r1\n", "fe80::1%e"],
)
def test_what_is_no_host_alone_is_refused_by_the_protocols_own_code(text: str) -> None:
    with pytest.raises(BlockError) as refused:
        read_host(text, "ssh")

    assert refused.value.code == "ssh.bad_address"


def test_an_address_whose_host_no_dictionary_of_names_knows_is_refused() -> None:
    with pytest.raises(BlockError) as refused:
        read_target("https://xn--exam~ple/")

    assert refused.value.code == "http.bad_address"
