"""What the doctor says of the way to a system, through the command line: without a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from board_suite import Suite


def test_a_way_that_others_can_read_is_told_beside_what_else_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDMINE_KEY", "a-key")
    suite = Suite(tmp_path, monkeypatch)
    suite.configure(
        '[[connector]]\nname = "police"\ntype = "redmine"\nside = "agency"\nagency = "POL"\nref_field = 1\n'
        'sync_field = 2\ntext_field = 3\nurl = "http://redmine.invalid"\nproject = "p"\nkey = { env = "REDMINE_KEY" }\n'
    )
    (told,) = suite.run("connector", "check", code=1)
    unreachable, readable = (each["text"] for each in told["problems"])
    assert "leads to no address" in unreachable
    assert "can be read on its way" in readable
    assert "a-key" not in str(told)
