"""Answers without what goes round them, so that everybody can be asked everything in minutes.

The page round a refusal costs ten times the refusal: here it is the facts alone that such a page
is made of, all of them. Whole pages are compared for some (`test_crawl`): what goes round is made
of these facts and of who reads them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog


@contextmanager
def brisk() -> Iterator[None]:
    """Let refusals be facts, and say nothing in the log."""
    before = structlog.get_config()["wrapper_class"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("garland.failures.render_template", _facts)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        yield
    structlog.configure(wrapper_class=before)


def _facts(template: str, **facts: Any) -> str:
    """Write all that a page of a refusal is given."""
    return json.dumps([template, facts], default=repr)
