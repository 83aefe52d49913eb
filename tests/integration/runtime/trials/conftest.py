"""The workbench of a fresh tenant."""

from __future__ import annotations

from tests.integration.runtime.engine.conftest import bench

__all__ = ["bench"]
