"""What docs/webhooks.md shows is what the page gives and what can be published."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from blocks.registry import standard_registry
from runtime.flows.validate import check_flow
from runtime.hooks.examples import SECRET_GAP, plain_command, sample_body, signed_command
from runtime.hooks.signature import sign
from tests.factories.flows import flow_document, step

PAGE = (Path(__file__).parents[4] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def test_the_trigger_can_be_published() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    triggers = json.loads(f"{{{shown}}}")["triggers"]
    document = flow_document({"end": step("end")}, ["shop > end"], triggers=triggers)

    found = check_flow(document, standard_registry())

    assert [one for one in found if one.severity == "error"] == []


def test_the_command_is_the_one_of_the_page() -> None:
    (shown,) = re.findall(r"```sh\n(.*?)\n```", PAGE, re.DOTALL)
    address = "https://garland.example/hooks/hook_…"

    assert shown == signed_command(address, sample_body(""), secret=SECRET_GAP)


def test_openssl_signs_as_garland_does() -> None:
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", {"test": 2_432_232_314}
    command = signed_command("", body, secret=secret).replace("curl -X POST", "printf '%s\\n'")

    said = subprocess.check_output(["sh", "-eu", "-c", command], text=True).splitlines()

    found = dict(line.split(": ", 1) for line in said if line.startswith("webhook-"))
    assert found["webhook-signature"] == sign(
        secret,
        message_id=found["webhook-id"],
        at_s=int(found["webhook-timestamp"]),
        body=json.dumps(body).encode(),
    )


def test_a_sample_has_the_value_that_the_webhook_looks_for() -> None:
    assert sample_body("= trigger.body.order.id")["order"] == {"id": "T-17"}
    assert "T-17" not in json.dumps(sample_body("= trigger.headers['x-id']"))
    assert '"ticket": "T-17"' in plain_command("x", sample_body("= trigger.body.ticket"))
