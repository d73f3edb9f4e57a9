"""What LibreOffice itself saves is synced by `run`."""

from __future__ import annotations

import pytest
from board_suite import Suite
from office import Office
from running import starting

pytestmark = pytest.mark.office

FIRST = "Do the thing numbered 1"


def test_what_libreoffice_saves_is_synced(adopted: Suite, office: Office) -> None:
    police = adopted.folder / "police.xlsx"
    (name,) = (each for each, sheet in office.look(police).items() if ["Action", "Action"] in sheet["cells"].values())
    with starting(adopted) as start:
        running = start()
        running.wait_for("watching ")
        for progress in ("Trained the night shift", "Trained the day shift"):
            office.work(police, {"do": "set", "action": FIRST, "heading": "Progress", "value": progress}, sheet=name)
            running.wait_for("police: synced; .*1 updated here")
            assert adopted.action(FIRST)["progress"] == progress
            running.wait_for("master: synced; 1 updated there")
        assert running.stop() == 0
