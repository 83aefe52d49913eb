"""Takes out of a delivery what holds a secret of the connections that its block asks by. Pure.

A block may ask whether a header that it sees fits a secret. Told yes, it would know the secret, and
could write it into the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from runtime.connections.masking import SHORTEST, forms_of
from runtime.hooks.reading import Delivery


def without_secrets(delivery: Delivery, secrets: Iterable[str]) -> Delivery:
    """Give a delivery without each header and part of the query that holds one of the secrets.

    Args:
        delivery: As it came.
        secrets: What is shorter than eight characters may be part of any word: it counts where
            it is the whole value, or its end, as behind a prefix.
    """
    forms = {form for one in secrets if one for form in _written(one)}

    def is_shown(*texts: str) -> bool:
        return not any(_holds(text, form) for text in texts for form in forms)

    return replace(
        delivery,
        headers={one: text for one, text in delivery.headers.items() if is_shown(text)},
        query=[pair for pair in delivery.query if is_shown(*pair)],
    )


def _written(secret: str) -> set[str]:
    """Write a secret as senders do; a header's bytes are read as Latin-1."""
    forms = forms_of(secret)
    return forms | {one.encode().decode("latin-1") for one in forms}


def _holds(text: str, form: str) -> bool:
    return form in text if len(form) >= SHORTEST else text.endswith(form)
