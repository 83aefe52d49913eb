"""Every table of Garland, imported so that `Base.metadata` is complete."""

from __future__ import annotations

import tenancy._tables  # noqa: F401
