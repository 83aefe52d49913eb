"""What the processes are made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from garland.parts import make_mail
from garland.settings import Settings


@pytest.mark.parametrize(
    ("server", "sender", "host"),
    [
        pytest.param("mail.test", "garland@acme.test", "mail.test", id="whole"),
        pytest.param("mail.test", "", "", id="nobody to send as"),
        pytest.param("", "garland@acme.test", "", id="no server"),
    ],
)
def test_mail_has_a_host_only_where_it_is_set_up_whole(
    tmp_path: Path, server: str, sender: str, host: str
) -> None:
    settings = Settings(data_dir=tmp_path, smtp_host=server, smtp_from=sender)

    assert make_mail(settings).host == host
