"""A board with the five agencies of the made-up review, and that review's file to be edited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from board_suite import Suite

FIXTURE = Path(__file__).resolve().parents[2] / "plugins" / "learning-together" / "tests" / "data" / "sar-2026-07.yaml"
REVIEW = "SAR-2026-07"
AGENCIES = {
    "ASC": "Exampleshire Council Adult Social Care",
    "POL": "Norchester Constabulary",
    "NHS": "Exampleshire Community Health NHS Trust",
    "HOU": "Norchester Homes",
    "AMB": "Exampleshire Ambulance Service",
}


class LearningBoard(Suite):
    """One board's folder; `file` is what is taken in."""

    @property
    def file(self) -> Path:
        return self.folder / "review.yaml"

    def configure(self, *connectors: str, board: str = "") -> None:
        agencies = "".join(f'[[agency]]\ncode = "{code}"\nname = "{name}"\n' for code, name in AGENCIES.items())
        head = '[board]\nname = "Exampleshire Safeguarding Adults Board"\nnation = "ENG"\n'
        head += f'{board}[store]\nurl = "sqlite:///at.db"\n'
        (self.folder / "actiontrack.toml").write_text(head + agencies + "".join(connectors), encoding="utf-8")

    def take(self, document: Any = None, *args: str, code: int | None = 0) -> Any:
        """Take a review in: the made-up one, or this one."""
        if document is not None:
            self.file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
        path = self.file if document is not None else FIXTURE
        return self.run("learning", "import", str(path), *args, code=code)

    def export(self, name: str, ref: str = REVIEW) -> bytes:
        """Write the review to a file; its bytes."""
        self.run("learning", "export", ref, "--out", str(self.folder / name))
        return (self.folder / name).read_bytes()

    def head(self) -> int:
        """The length of the audit chain."""
        return int(self.run("audit", "verify")["entries"])


def document() -> dict[str, Any]:
    """The made-up review as plain values, to be edited."""
    found: dict[str, Any] = yaml.safe_load(FIXTURE.read_text(encoding="utf-8"))
    plain: dict[str, Any] = json.loads(json.dumps(found, default=str))
    return plain


def one(records: list[dict[str, Any]], name: str, key: str = "ref") -> dict[str, Any]:
    """The record that goes by that name."""
    (found,) = [each for each in records if each[key] == name]
    return found


def nothing_done(told: dict[str, Any]) -> bool:
    """Whether an import changed nothing."""
    return not any(told["created"].values()) and not told["changed"] and not told["filed"] and not told["problems"]
