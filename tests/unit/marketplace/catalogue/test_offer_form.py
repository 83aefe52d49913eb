"""What a curator's form holds comes to the document that is kept, and back."""

from __future__ import annotations

from hypothesis import given, settings
from werkzeug.datastructures import MultiDict

from blocks.presets import Hold, Preset
from kernel.errors import Problem
from marketplace.catalogue.offers.form import (
    by_setting,
    read_sent,
    sent_of,
    settings_schema,
    shown_settings,
)
from marketplace.catalogue.overlay import Entry
from tests.support.size import examples
from tests.unit.marketplace.catalogue.worlds import CONFIG, entries

SECRET = {"type": "string", "x-garland": {"widget": "secret"}}


@settings(max_examples=examples(50))
@given(entries(""))
def test_a_form_that_is_sent_as_it_came_keeps_what_was_decided(entry: Entry) -> None:
    sent = sent_of(entry)
    form = MultiDict(
        [
            ("follows", sent.follows),
            ("version", sent.version),
            ("betas", sent.betas),
            ("whom", sent.audience.whom),
            *(("plan", one) for one in sent.audience.plan_ids),
            *(("customer", one) for one in sent.audience.customer_ids),
            *((f"hold:{name}", hold) for name, hold in sent.holds.items()),
            *((f"/settings/{name}", str(value)) for name, value in sent.values.items()),
        ]
    )

    again = read_sent(form, CONFIG, entry, {})

    assert again.document() == sent.document()


def test_no_secret_can_be_given_a_value() -> None:
    config = {"properties": {"host": {"type": "string"}, "token": SECRET}, "required": ["token"]}

    schema = settings_schema(config)

    assert list(schema["properties"]) == ["host"]
    assert "required" not in schema


def test_a_setting_that_is_gone_is_still_shown_so_that_it_can_be_let_go() -> None:
    entry = Entry(listing_id="acme.lamp", presets=(Preset(name="gone", hold=Hold.FIXED, value=1),))
    problem = Problem("/gone", "gone is no setting of this version")

    shown = shown_settings(CONFIG, sent_of(entry), [problem], {})

    assert [(one.name, one.hold, one.error) for one in shown if one.field is None] == [
        ("gone", "fixed", "gone is no setting of this version")
    ]


def test_what_is_wrong_with_a_setting_is_said_at_its_control() -> None:
    entry = Entry(listing_id="acme.lamp", presets=(Preset(name="host", hold=Hold.FIXED, value=""),))
    sent = sent_of(entry)
    found = by_setting([Problem("/presets/0/value", "host does not fit")], sent.document())

    shown = shown_settings(CONFIG, sent, [Problem("/host", found[0].message)], {})

    assert found[0].pointer == "/settings/host"
    assert shown[0].field is not None
    assert shown[0].field.error == "Host does not fit"
