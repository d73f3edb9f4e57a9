"""A person at LibreOffice: opens a workbook, does this and that, saves it."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

XLSX = "Calc MS Excel 2007 XML"
ODS = "calc8"
CSV = "Text - txt - csv (StarCalc)"
CSV_AS_IT_IS = "44,34,76,1,,2057,false,true,false"
"""Comma, double quotes, UTF-8, from line 1, British English; cells as they show."""

_BRITISH = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">'
    "<value>en-GB</value></prop></item></oor:items>"
)
"""A profile in which a date is day, month, year."""

_DRIVER = Path(__file__).with_name("office_driver.py")


def uno_python() -> str:
    """A Python that can import uno; "" where there is none. It is the system's, or LibreOffice's own."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    beside = [str(Path(found).resolve().with_name("python"))] if found else []
    for python in ("/usr/bin/python3", *beside):
        if shutil.which(python) and not subprocess.run([python, "-c", "import uno"], capture_output=True).returncode:
            return python
    return ""


def typed_date(value: datetime.date) -> dict[str, str]:
    """A date, as a step's value."""
    return {"date": value.isoformat()}


class Office:
    """One LibreOffice as set up in Britain, started once and given jobs."""

    def __init__(self, profile: Path) -> None:
        python = uno_python()
        assert python, "no Python here can import uno (Debian: python3-uno)"
        (profile / "user").mkdir(parents=True, exist_ok=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_BRITISH)
        self._driver = subprocess.Popen(
            [python, str(_DRIVER), str(profile)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self) -> None:
        """Quit LibreOffice."""
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.close()
        self._driver.wait(60)
        self._driver.stdout.close()

    def work(
        self, path: Path, *steps: dict[str, Any], sheet: str = "Action plan", save: Path | None = None
    ) -> list[Any]:
        """Open the file, do the steps, save it (over itself, or as `save`). What each step told."""
        saved = save or path
        known = {".csv": {"filter": CSV, "options": CSV_AS_IT_IS}, ".ods": {"filter": ODS}}
        formats = known.get(saved.suffix, {"filter": XLSX})
        reading = {"read_filter": CSV, "read_options": CSV_AS_IT_IS} if path.suffix == ".csv" else {}
        return self._ask(
            {"open": str(path), "save": str(saved), "sheet": sheet, "do": list(steps), **formats, **reading}
        )

    def look(self, path: Path) -> dict[str, Any]:
        """What LibreOffice shows of a workbook, which it leaves alone."""
        (seen,) = self._ask({"open": str(path), "do": [{"do": "look"}]})
        found: dict[str, Any] = seen
        return found

    def _ask(self, job: dict[str, Any]) -> list[Any]:
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps(job) + "\n")
        self._driver.stdin.flush()
        answer = json.loads(self._driver.stdout.readline())
        assert answer["ok"], answer["why"]
        told: list[Any] = answer["told"]
        return told
