"""Tables as DMN and CSV: their own come back exactly, those of others as far as it is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.rules.tables.csv_text import read_csv, write_csv
from runtime.rules.tables.dmn import write_dmn
from runtime.rules.tables.dmn_import import read_dmn
from runtime.rules.tables.model import check_table
from tests.factories.tables import make_row, make_table_document
from tests.unit.runtime.rules.tables.strategies import tables

POLICIES = ("first", "priority", "unique", "any", "collect")
FOREIGN = """<?xml version="1.0"?>
<definitions xmlns="{model}" id="d" name="Loans" namespace="http://example.org">
  <inputData id="i" name="Applicant"/>
  <decision id="routing" name="Routing">
    <decisionTable hitPolicy="{hit}">
      <input label="Age">
        <inputExpression typeRef="feel:number"><text>applicant age</text></inputExpression>
        <inputValues><text>[0..150]</text></inputValues></input>
      <input>
        <inputExpression typeRef="string"><text>perceived_severity</text></inputExpression></input>
      <output name="team" typeRef="string">
        <defaultOutputEntry><text>"noc"</text></defaultOutputEntry></output>
      <rule><inputEntry><text>{cell}</text></inputEntry>
        <inputEntry><text>"major","critical"</text></inputEntry>
        <outputEntry><text>{output}</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""


def foreign(cell: str = "[18..65)", output: str = '"core"', hit: str = "FIRST") -> bytes:
    model = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    return FOREIGN.format(model=model, cell=cell, output=output, hit=hit).encode()


_words = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20)


@given(tables(POLICIES), _words.filter(str.strip))
def test_a_table_comes_back_from_dmn_as_it_was(document: dict[str, Any], words: str) -> None:
    named = {**document, "name": words, "notes": words}

    found = read_dmn(write_dmn(named).encode())

    assert found.document == named
    assert found.notes == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"priority": 5, "on": ["cleared"], "cooldown_s": 60}, id="what DMN lacks"),
        pytest.param({"hit": "collect"}, id="collect"),
        pytest.param(
            {
                "rows": [
                    {**make_row(["major,minor", " [90..100] "], ["a\n<b>", ""]), "note": "x\ty"}
                ]
            },
            id="a cell that is written differently",
        ),
        pytest.param({"notes": "first\r\nsecond"}, id="lines"),
        pytest.param(
            {
                "inputs": [{"field": "text", "title": "T & <t>"}, {"field": "count"}],
                "rows": [make_row(['contains "A"', "missing"], ["", ""])],
            },
            id="texts",
        ),
    ],
)
def test_what_only_garland_knows_comes_back_from_dmn(changes: dict[str, Any]) -> None:
    document = make_table_document(**changes)

    assert check_table(document) == []
    assert read_dmn(write_dmn(document).encode()).document == document


def test_a_cell_another_tool_changed_is_taken_as_it_is_now() -> None:
    written = write_dmn(make_table_document())
    changed = written.replace('<text>"major", "critical"</text>', '<text>"minor"</text>')

    assert changed != written
    assert read_dmn(changed.encode()).document["rows"][0]["when"][0] == "minor"


def test_a_foreign_table_is_taken_with_a_note_for_what_differs() -> None:
    found = read_dmn(foreign())

    assert check_table(found.document) == []
    assert found.document["inputs"] == [
        {"field": "attributes.applicant age", "kind": "number", "title": "Age"},
        {"field": "perceived_severity"},
    ]
    assert found.document["rows"] == [
        make_row(["[18..65)", "major, critical"], ["core"]),
        make_row(["-", "-"], ["noc"]),
    ]
    assert [one.message for one in found.notes] == [
        "Age: the list of allowed values was left out",
        "applicant age is no field of an alarm: attributes.applicant age is read",
        "inputData Applicant was left out: a table reads alarms only",
    ]


@pytest.mark.parametrize(
    ("changes", "pointer", "word"),
    [
        pytest.param({"cell": "date(x)"}, "/rows/0/when/0", "row 1, input 1: date(x)", id="input"),
        pytest.param({"output": "a + b"}, "/rows/0/then/0", "row 1, output 1: a + b", id="output"),
        pytest.param({"hit": "RULE ORDER"}, "/hit", "became collect", id="hit policy"),
        pytest.param({"hit": "UNIQUE"}, "/outputs/0", "default output", id="default output"),
    ],
)
def test_what_is_not_taken_is_said_where_it_stands(
    changes: dict[str, str], pointer: str, word: str
) -> None:
    found = read_dmn(foreign(**changes))

    assert [word in one.message for one in found.notes if one.pointer == pointer] == [True]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        pytest.param(b"", "no XML", id="nothing"),
        pytest.param(b"<a", "line 1", id="half an element"),
        pytest.param(b"<a/>", "no DMN", id="other XML"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type", id="entities"),
        pytest.param(b'<!DOCTYPE a SYSTEM "file:///x"><a/>', "document type", id="outside"),
        pytest.param(b"<a>" * 60 + b"</a>" * 60, "40 deep", id="deep"),
        pytest.param(b'<?xml version="1.0" encoding="x-none"?><a/>', "encoding", id="encoding"),
        pytest.param(b"<a>" + b" " * 2_000_001 + b"</a>", "larger", id="large"),
        pytest.param(foreign().replace(b"decisionTable", b"a"), "no decision table", id="none"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(body: bytes, word: str) -> None:
    with pytest.raises(InvalidError, match=word):
        read_dmn(body)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_break_the_readers(body: bytes) -> None:
    for reader in (read_dmn, read_csv):
        with pytest.raises(InvalidError):
            reader(body)


@given(tables(("first",)))
def test_a_tables_grid_comes_back_from_csv_as_it_was(document: dict[str, Any]) -> None:
    plain = [{key: one[key] for key in one if key != "order"} for one in document["outputs"]]

    found = read_csv(write_csv(document).encode())

    assert found == {"inputs": document["inputs"], "outputs": plain, "rows": document["rows"]}


def test_a_spreadsheet_of_semicolons_with_a_mark_in_front_is_read() -> None:
    body = "\ufeffin perceived_severity;out do;note\r\n>= major;acknowledge;Berta\r\n;;\r\n"

    assert read_csv(body.encode())["rows"] == [
        {"when": [">= major"], "then": ["acknowledge"], "note": "Berta"}
    ]


def test_a_cell_a_spreadsheet_would_work_out_is_guarded() -> None:
    document = make_table_document(rows=[make_row(["-", "-"], ["=1+1", ""])])

    assert "'=1+1" in write_csv(document)
    assert read_csv(write_csv(document).encode())["rows"][0]["then"] == ["=1+1", ""]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("severity,out do\n", "head 1, severity, is not known", id="a head of words"),
        pytest.param("in colour,out do\n", "colour is not a field", id="no field"),
        pytest.param("in text\n", "no head begins with out", id="no outputs"),
        pytest.param("in text,out do\na,b,c\n", "line 2 has more cells", id="a comma too many"),
    ],
)
def test_a_refused_csv_names_the_head_or_the_line(text: str, word: str) -> None:
    with pytest.raises(InvalidError, match=word):
        read_csv(text.encode())
