"""The page that Garland shows when the fault is its own; no address of it fails by itself."""

from __future__ import annotations

import tempfile
from pathlib import Path
from secrets import token_urlsafe

from garland.app import create_app
from garland.settings import Settings
from kernel.secrets import new_key


def page_of_a_fault() -> str:
    """Give the page of an application that has an address more, which fails."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(
                data_dir=Path(folder),
                database_url=f"sqlite:///{folder}/none.db",
                redis_url="redis://127.0.0.1:1/0",
                secret_key=token_urlsafe(),
                encryption_keys=new_key(),
                public_url="http://localhost",
            )
        )
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.add_url_rule("/fault", view_func=_fail)
        return app.test_client().get("/fault").text


def _fail() -> str:
    raise RuntimeError("a fault of our own")
