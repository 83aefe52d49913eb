"""One Garland for the journeys that need none of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.running import Running, running_garland


@pytest.fixture(scope="session")
def shared_garland(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Starts once for each process of the tests, as it takes ten seconds of work.

    What a journey leaves behind, such as an alarm or a workflow, stays for the next: it names its
    own, and looks for no other.
    """
    with running_garland(tmp_path_factory.mktemp("garland")) as garland:
        yield garland
