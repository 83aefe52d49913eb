"""What the page of a failed run says of the workflow that was to deal with its failure."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import Flask, g

RUN_ID = "01a218ff-9aa3-76fe-8fee-b9a04cf583e4"


@pytest.mark.parametrize(
    ("note", "said"),
    [
        pytest.param({"run_id": RUN_ID}, f"/t/acme/runs/{RUN_ID}", id="it was started"),
        pytest.param(
            {"reason": "Tell us is paused: resume it first"},
            "Tell us is paused: resume it first.",
            id="it was not",
        ),
    ],
)
def test_the_page_says_what_dealt_with_a_failure(
    app: Flask, note: dict[str, str], said: str
) -> None:
    run = SimpleNamespace(error={"error_flow": {"flow": "tell-us", **note}})

    with app.test_request_context("/"):
        g.tenant_slug = "acme"
        shown = app.jinja_env.get_template("runtime/runs/_error_flow.html").render(run=run)

    assert said in shown
    assert "tell-us" in shown
