"""The form a workflow is started with: fields from its input schema, or one text for experts.

Pure: the view brings what was submitted and takes the fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blocks.forms import Field, Submitted, can_show, form_fields, plain_fields, read_form
from designer.drafts import read_json_text
from kernel.errors import InvalidError, Problem

AT = "/input"
TEXT = "input_text"


def start_fields(
    schema: Mapping[str, Any], value: Any, problems: Iterable[Problem] = ()
) -> list[Field]:
    """List the fields to fill in; people give values, so none offers an expression."""
    return plain_fields(form_fields(schema, value, problems, at=AT))


def read_input(schema: Mapping[str, Any], form: Submitted) -> dict[str, Any]:
    """Read what somebody filled in.

    Raises:
        InvalidError: the text for experts is no JSON object.
    """
    if can_show(schema):
        return read_form(schema, form, at=AT)
    text = (form.getlist(TEXT) or [""])[-1].strip()
    found = read_json_text(text) if text else {}
    if not isinstance(found, dict):
        problem = Problem("", 'the input must be a JSON object, such as {"site": "ZRH"}')
        raise InvalidError("the input is no object", problems=[problem])
    return found
