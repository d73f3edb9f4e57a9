"""The demo's configuration, written like one a board would keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_HEAD = """\
# The configuration of actiontrack's demo. Everything here is made up.

[board]
name = {board}
nation = "ENG"
timezone = "Europe/London"
manager = "business.unit@example.org"
chair = "chair@example.org"

[store]
url = "sqlite:///actiontrack.db"
"""

_AGENCY = """
[[agency]]
code = {code}
name = {name}
aliases = {aliases}
lead = {lead}
executive = {executive}
"""

_CONNECTORS = """
[[connector]]
name = "board-plan"
type = "spreadsheet"
path = "board-plan.xlsx"
sheet = "Action plan"
side = "board"
review = {review}
dates = "dmy"

[[connector]]
name = "health-plan"
type = "spreadsheet"
path = "health-trust.xlsx"
create = true
side = "agency"
agency = "NHS"

[[connector]]
name = "police-plan"
type = "spreadsheet"
path = "police.xlsx"
create = true
side = "agency"
agency = "POL"

[[schedule]]
job = "sync"
at = "06:00"
days = "working"

# Who is to be told something is told by e-mail; the demo's is written into a folder, and goes nowhere.
[[notifier]]
name = "outbox"
type = "file"
folder = "outbox"
sender = "business.unit@example.org"
"""


def configuration(plan: Mapping[str, Any]) -> str:
    """The TOML text; JSON's strings and lists of strings are TOML's."""
    agencies = (_AGENCY.format(**{key: json.dumps(agency[key]) for key in agency}) for agency in plan["agency"])
    review = _CONNECTORS.format(review=json.dumps(plan["review"]["ref"]))
    return _HEAD.format(board=json.dumps(plan["board"])) + "".join(agencies) + review
