"""Each address that shows a page has an example, so that the journeys look at it."""

from __future__ import annotations

from pathlib import Path

from garland.app import create_app
from garland.settings import Settings
from kernel.secrets import new_key
from tests.support.every_page import (
    CSP_PAGES,
    MACHINES,
    NO_PAGES,
    PAGES,
    WITHOUT_FRAME,
)


def test_every_address_has_an_example_or_a_reason_to_have_none(tmp_path: Path) -> None:
    app = create_app(
        Settings(
            data_dir=tmp_path,
            database_url=f"sqlite:///{tmp_path}/none.db",
            redis_url="redis://127.0.0.1:1/0",
            secret_key="a secret of tests",
            encryption_keys=new_key(),
            public_url="http://localhost",
        )
    )

    shown = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(MACHINES)
    }

    assert sorted(shown) == sorted({*PAGES, *CSP_PAGES, *NO_PAGES})
    assert PAGES.keys().isdisjoint(NO_PAGES)
    assert PAGES.keys() >= WITHOUT_FRAME
