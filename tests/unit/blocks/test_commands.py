"""What fills a command stays one word of it, whatever somebody wrote into an alarm."""

from __future__ import annotations

import re
import shlex
import string
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from blocks.commands import filled_command, filled_document, why_no_command, why_no_word
from blocks.outcomes import BlockError
from blocks.xml_documents import XmlError, read_xml

ATTACKS = (
    "ge-0/0/1; reload",
    "eth0\nreload",
    "eth0\r\nreload",
    "eth0 | save /tmp/x",
    "$(reboot)",
    "`reboot`",
    "a&&b",
    "-rf",
    "--output=/etc/passwd",
    "../../etc/passwd",
    "a b",
    "a\tb",
    "a\u2028b",
    "a\x1b[A",
    "?",
    "!reload",
    "a>b",
    "'",
    '"',
    "\\",
    "~root",
    "*",
    "{other}",
    "%n",
    "#",
    "",
    "\uff47\uff45\uff10",
    "a\0b",
)
SAFE = set(string.ascii_letters + string.digits + "_./:@,+-")


@pytest.mark.parametrize("value", ATTACKS)
def test_what_is_no_plain_word_never_stands_in_a_command(value: str) -> None:
    with pytest.raises(BlockError) as caught:
        filled_command("show interface {port}", {"port": value})

    assert (caught.value.code, caught.value.retryable) == ("ssh.bad_value", False)
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "value", ["ge-0/0/1.0", "10.0.0.1", "2001:db8::1", "GigabitEthernet1/0/24", "a@b", "7"]
)
def test_what_devices_call_their_parts_may_stand_there(value: str) -> None:
    assert filled_command("show {port} detail", {"port": value}) == f"show {value} detail"


@given(value=st.text(max_size=40) | st.text(alphabet=";|&$` \n-./abc", max_size=12))
@example("a;b")
def test_a_filled_command_has_as_many_words_as_its_template(value: str) -> None:
    """For a shell, and for a device that knows none: what parts commands is not there."""
    try:
        filled = filled_command("show interface {port} detail", {"port": value})
    except BlockError:
        assert why_no_word(value)
        return

    assert shlex.split(filled) == ["show", "interface", value, "detail"]
    assert filled.split() == ["show", "interface", value, "detail"]
    assert set(value) <= SAFE
    assert not value.startswith("-")


@given(values=st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=8)))
def test_a_value_is_never_taken_for_a_place(values: dict[str, str]) -> None:
    try:
        filled = filled_command("show {a} {b}", values)
    except BlockError:
        return

    assert filled == f"show {values['a']} {values['b']}"


@pytest.mark.parametrize(
    ("template", "values", "said"),
    [
        pytest.param("", {}, "is empty", id="empty"),
        pytest.param("   ", {}, "is empty", id="blank"),
        pytest.param("show a\nreload", {}, "line break", id="two commands"),
        pytest.param("{what} version", {"what": "show"}, "begins with a place", id="no command"),
        pytest.param("cat /var/{a}{b}/etc", {"a": ".", "b": "."}, "side by side", id="no space"),
        pytest.param("rm -{option} x", {"option": "rf"}, "behind a dash", id="no option"),
        pytest.param('rm "--{option}"', {"option": "force"}, "behind a dash", id="no long option"),
        pytest.param("show {port}", {}, "no value for {port}", id="no value"),
        pytest.param("show " + "a" * 1_000, {}, "longer", id="too long"),
    ],
)
def test_what_is_no_single_command_is_refused(
    template: str, values: dict[str, str], said: str
) -> None:
    with pytest.raises(BlockError, match="(?i)" + said.replace("{", r"\{")) as caught:
        filled_command(template, values)

    assert caught.value.code == "ssh.bad_command"


@given(
    parts=st.lists(st.sampled_from(["/", ".", "-", " ", "'", "ab", "{a}", "{b}"]), max_size=8),
    values=st.fixed_dictionaries(dict.fromkeys("ab", st.text(alphabet=".-/a", max_size=3))),
)
@example(parts=["/", "{a}", "{b}", "/"], values={"a": ".", "b": "."})
@example(parts=[".", "{a}"], values={"a": "./a", "b": "a"})
def test_what_fills_the_places_leads_to_no_folder_and_is_no_option(
    parts: list[str], values: dict[str, str]
) -> None:
    """Dots that make two and dashes that begin a word are the template's own, or are not there."""
    template = "cat " + "".join(parts)
    try:
        filled = filled_command(template, values)
    except BlockError:
        return

    own = template.replace("{a}", "x").replace("{b}", "x")
    assert re.findall(r"\.{2,}", filled) == re.findall(r"\.{2,}", own)
    assert [one[:1] == "-" for one in filled.split()] == [one[:1] == "-" for one in own.split()]


@given(text=st.text(max_size=60))
def test_a_command_that_is_taken_is_one_line_that_can_be_seen(text: str) -> None:
    if not why_no_command(text):
        assert text.splitlines() == [text]
        assert text.isprintable()


@given(value=st.text(max_size=60))
@example("</name></config><rpc/>")
@example("]]>]]>")
def test_a_text_put_into_xml_becomes_no_element(value: str) -> None:
    try:
        filled = filled_document("<a><name>{name}</name></a>", {"name": value})
    except BlockError:
        assert any(ord(sign) < 32 or ord(sign) >= 0xD800 or ord(sign) == 0xFFFE for sign in value)
        return

    found = read_xml(filled.encode())
    assert [child.name for child in found.children] == ["name"]
    assert not found.children[0].children
    plain = value.replace("\r\n", "\n").replace("\r", "\n")  # XML 1.0, 2.11
    assert found.children[0].text == plain
    assert "]]>]]>" not in filled


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param({}, "no value for {name}", id="lacking"),
        pytest.param({"name": "a", "title": "b"}, "title has no place", id="unused"),
        pytest.param({"name": "a\0"}, "XML cannot hold", id="unseen"),
    ],
)
def test_places_and_values_of_xml_fit_each_other(values: dict[str, str], said: str) -> None:
    with pytest.raises(BlockError, match=said.replace("{", r"\{")) as caught:
        filled_document("<name>{name}</name>", values)

    assert caught.value.code == "netconf.bad_config"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', id="entity"),
        pytest.param('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', id="outside"),
        pytest.param("<a>&e;</a>", id="unknown entity"),
        pytest.param("<a><?php x?></a>", id="instruction"),
        pytest.param("<a>" * 200 + "</a>" * 200, id="deep"),
        pytest.param("<a/><b/>", id="two roots"),
        pytest.param("<a", id="broken"),
        pytest.param("", id="nothing"),
    ],
)
def test_xml_with_more_than_elements_and_texts_is_refused(document: str) -> None:
    with pytest.raises(XmlError):
        read_xml(document.encode())


@given(name=st.sampled_from(["a", "x:b"]), attribute=st.text(alphabet="<>\"'a &", max_size=8))
def test_what_stands_in_an_element_is_found_whatever_its_attributes_hold(
    name: str, attribute: str
) -> None:
    shown = escape(attribute, {'"': "&quot;"})
    document = f'<r xmlns:x="u"><{name} v="{shown}>">inner<c/></{name}></r>'.encode()

    found = read_xml(document).children[0]

    assert document[found.inside[0] : found.inside[1]] == b"inner<c/>"
