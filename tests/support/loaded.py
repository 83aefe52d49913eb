"""What the server of `apart.py` loads once, so that none of its processes has to."""

from __future__ import annotations

from sqlalchemy.orm import configure_mappers

import runtime.backtests.performing
import runtime.correlation
import runtime.polls.poller
import runtime.runs.drain  # noqa: F401  each is loaded, none is used here
from blocks.registry import standard_registry

configure_mappers()
standard_registry()
