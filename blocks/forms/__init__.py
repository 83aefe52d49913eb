"""Forms made from JSON Schema: fields to show, and the typed value read back from a submission.

Pure functions. The names of the controls are JSON Pointers, so the same form works for every
schema a block may use; `templates/ui/schema_form.html` draws the fields.
"""

from __future__ import annotations

from blocks.forms.fields import can_show, form_fields, plain_fields, unplaced_problems
from blocks.forms.model import Choice, Field, Row
from blocks.forms.operations import OPERATION, Kept, apply_operation
from blocks.forms.reading import Submitted, read_form

__all__ = [
    "OPERATION",
    "Choice",
    "Field",
    "Kept",
    "Row",
    "Submitted",
    "apply_operation",
    "can_show",
    "form_fields",
    "plain_fields",
    "read_form",
    "unplaced_problems",
]
