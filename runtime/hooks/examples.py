"""Commands that call a webhook from a shell, to copy. Pure; the tests run them as they stand."""

from __future__ import annotations

import json
import re
from typing import Any

SECRET_GAP = "whsec_…"  # noqa: S105  for a person to fill
_PATH = re.compile(r"= trigger\.body((?:\.[A-Za-z_][A-Za-z0-9_]*)+)")
_SAMPLE = {"type": "link.down", "site": "ZRH"}

_PLAIN = """\
curl -X POST '{address}' \\
  -H 'Content-Type: application/json' \\
  --data-binary '{body}'"""

_SIGNED = """\
ADDRESS='{address}'
SECRET='{secret}'
BODY='{body}'
ID="msg_$(openssl rand -hex 12)"
AT="$(date +%s)"
KEY="$(printf %s "${{SECRET#whsec_}}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')"
SIGNATURE="v1,$(printf %s "$ID.$AT.$BODY" \\
  | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)"
curl -X POST "$ADDRESS" \\
  -H 'Content-Type: application/json' \\
  -H "webhook-id: $ID" \\
  -H "webhook-timestamp: $AT" \\
  -H "webhook-signature: $SIGNATURE" \\
  --data-binary "$BODY\""""


def sample_body(correlate: str) -> dict[str, Any]:
    """Make up a body, with a value where the webhook finds its run by one.

    >>> sample_body("= trigger.body.ticket.number")
    {'type': 'link.down', 'site': 'ZRH', 'ticket': {'number': 'T-17'}}
    """
    found = _PATH.fullmatch(correlate)
    if found is None:
        return dict(_SAMPLE)
    first, *others = found[1].removeprefix(".").split(".")
    value: Any = "T-17"
    for name in reversed(others):
        value = {name: value}
    return {**_SAMPLE, first: value}


def plain_command(address: str, body: dict[str, Any]) -> str:
    """Write a call without a signature."""
    return _PLAIN.format(address=address, body=json.dumps(body))


def signed_command(address: str, body: dict[str, Any], *, secret: str) -> str:
    """Write a signed call, for a POSIX shell with openssl and curl."""
    return _SIGNED.format(address=address, body=json.dumps(body), secret=secret)
