"""Radicale, started once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.servers.house import Running, serving
from tests.servers.radicale import Radicale


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(Radicale(), tmp_path_factory.mktemp("radicale")) as running:
        yield running
