"""`actiontrack run`, told by a system that something changed there."""

from __future__ import annotations

import re

import requests
from board_suite import BOARD, Suite, row
from running import starting
from tests.servers.house import free_port

TOKEN = "f81d4fae-7dec-11d0-a765"


def test_a_hint_is_followed_by_a_sync_of_that_instance(suite: Suite) -> None:
    """Its system is unplugged: that it was asked shows in what `run` says."""
    unplugged = f'url = "http://127.0.0.1:{free_port()}/cal/"\nuser = "x"\npassword = {{ env = "POLICE_PASSWORD" }}\n'
    suite.configure(
        BOARD,
        f'[[connector]]\nname = "police"\ntype = "caldav"\nside = "agency"\nagency = "POL"\n{unplugged}',
        '[hints]\nlisten = "127.0.0.1:0"\ntoken = { env = "HINTS_TOKEN" }\n',
    )
    suite.monkeypatch.setenv("POLICE_PASSWORD", "x")
    suite.monkeypatch.setenv("HINTS_TOKEN", TOKEN)
    suite.make_plan([row(1)])
    with starting(suite) as begin:
        running = begin()
        found = re.search(r"http://\S+/hints/", running.wait_for("hints are heard at .*, NAME being one of police\n"))
        assert found is not None
        assert requests.post(f"{found[0]}police/wrong", timeout=10).status_code == 404
        assert requests.post(f"{found[0]}master/{TOKEN}", timeout=10).status_code == 404, "a file is watched"
        assert requests.post(f"{found[0]}police/{TOKEN}", timeout=10).status_code == 202
        told = running.wait_for("police: .*(did not answer|does not answer|can't be reached|no connection)")
        assert TOKEN not in told
        assert running.stop() == 0
