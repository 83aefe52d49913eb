"""What somebody else does between the look at a folder and the transaction that lets it hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from marketplace.mirror import importing, judging
from marketplace.mirror._tables import MarketMirrorPackage, MarketMirrorSource
from marketplace.mirror.layout import MirrorError
from tests.factories.mirror import fingerprint, import_
from tests.factories.releases import make_integrator, make_publisher


def claims(session: Session) -> None:
    make_publisher(session, make_integrator(session, "Other"), "acme")


def ends_another_import(session: Session) -> None:
    session.execute(delete(MarketMirrorPackage))


@pytest.mark.parametrize(
    ("does", "code"),
    [
        pytest.param(claims, "mirror.collision", id="the namespace is claimed"),
        pytest.param(ends_another_import, "mirror.raced", id="another import ends"),
    ],
)
def test_an_import_is_refused_whole_and_says_so(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path,
    monkeypatch: pytest.MonkeyPatch, does: Callable[[Session], None], code: str,
) -> None:  # fmt: skip
    real, judged = judging.find_changes, []

    def find_changes(session: Session, *args: Any, **said: Any) -> Any:
        judged.append(real(session, *args, **said))
        if len(judged) == 2:
            does(session)
        return judged[-1]

    monkeypatch.setattr(importing, "find_changes", find_changes)
    with pytest.raises(MirrorError) as refused:
        import_(here, folder, trust=fingerprint(there))

    assert refused.value.code == code
    with here() as session:
        assert session.scalar(select(func.count()).select_from(MarketMirrorSource)) == 0
