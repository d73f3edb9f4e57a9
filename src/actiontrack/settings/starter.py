"""The configuration that `actiontrack init` writes: short, with comments, valid as it stands."""

from __future__ import annotations

import json

_TEXT = """\
# actiontrack's configuration. Every key: docs/reference/configuration.md. Paths are relative to this file.

[board]
name = {name}
nation = {nation}                     # whose bank holidays count: ENG, WLS, SCT, NIR
timezone = "Europe/London"
manager = ""                       # e-mail of the business unit: hears what nobody else can be told
chair = ""                         # e-mail: hears of what is longest overdue

[store]
url = "sqlite:///actiontrack.db"

# The organisations that act. `code` is the short name reports use; `aliases` are other names workbooks use.
# [[agency]]
# code = "POL"
# name = "Police"
# aliases = ["Norchester Constabulary"]
# lead = "police.lead@example.org"
# executive = "acc.crime@example.org"

# The board's own workbook. Its first `actiontrack sync` shows what it would do and waits for your approval.
# [[connector]]
# name = "master-plan"
# type = "spreadsheet"
# path = "plans/master.xlsx"
# side = "board"
# dates = "dmy"                    # how dates typed as text are read

# A workbook for one agency: made by sync, holding the actions in which it has a part.
# [[connector]]
# name = "police-plan"
# type = "spreadsheet"
# path = "plans/police.xlsx"
# create = true
# side = "agency"
# agency = "POL"

# What `actiontrack run` does by itself.
# [[schedule]]
# job = "sync"
# at = "06:00"
# days = "working"
"""


def starter(name: str, nation: str) -> str:
    """The file's text; a TOML basic string takes JSON's escapes."""
    return _TEXT.format(name=json.dumps(name, ensure_ascii=False), nation=json.dumps(nation))
