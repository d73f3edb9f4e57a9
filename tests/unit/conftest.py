"""What several of the units' tests open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from post_place import Place
from report_hand import Hand
from systems import ONE, THREE, TWO, Office, Open, System


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens offices whose plan was synced once; they are closed at the end."""
    offices: list[Office] = []

    def make(**able: bool) -> Office:
        office = Office(System(**able), (ONE, TWO, THREE))
        offices.append(office)
        office.sync()
        office.sync()
        return office

    yield make
    for office in offices:
        office.core.store.close()


@pytest.fixture
def hand() -> Iterator[Hand]:
    """An empty store, recorded in by hand."""
    made = Hand()
    with closing(made.store):
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A board whose people are told."""
    made = Place(tmp_path)
    yield made
    made.store.close()
