"""Progress: our newest note, and what people have noted that we had not read when we wrote it.

Redmine gives notes with one issue at a time only. So what they say is kept in a file from one sync to the next, by the
time of the issue's last change; without the file they are read again, and say the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from actiontrack_redmine.client import Json, RedmineClient
from actiontrack_redmine.mark import read_mark

_SETTLED = 2.0
"""Seconds after which nothing more can happen in the second that a change is dated by."""


def progress_of(issue: Json, sync_field: int) -> str:
    """What the notes of an issue that was read with them say. What is marked private is not told."""
    shown: list[str] = []
    theirs: list[tuple[int, str]] = []
    for journal in issue.get("journals", ()):
        text = str(journal.get("notes") or "").strip()
        if not text or journal.get("private_notes"):
            continue
        seen = _marked(journal, sync_field)
        if seen is None:
            theirs.append((journal["id"], text))
        else:
            theirs = [each for each in theirs if each[0] > seen]
            shown = [text]
    return "\n\n".join([*shown, *(text for _, text in theirs)])


def newest(issue: Json) -> int:
    """The number of the newest entry in its history."""
    return max((int(journal["id"]) for journal in issue.get("journals", ())), default=0)


def _marked(journal: Json, sync_field: int) -> int | None:
    """How far we had read when we wrote this note; None where it is none of ours."""
    for detail in journal.get("details", ()):
        if detail.get("property") == "cf" and str(detail.get("name")) == str(sync_field):
            mark = read_mark(str(detail.get("new_value") or ""))
            return mark.seen if mark is not None else None
    return None


def _seconds(earlier: str, later: str) -> float:
    """Between two times of Redmine's."""
    one, two = (datetime.fromisoformat(each.replace("Z", "+00:00")) for each in (earlier, later))
    return (two - one).total_seconds()


class KeptNotes:
    """What the notes of issues say, from one sync to the next."""

    def __init__(self, folder: str, sync_field: int) -> None:
        self._path = Path(folder) / "notes.json" if folder else None
        self._field = sync_field
        self._kept: dict[str, tuple[str, float, bool, str]] = {}
        """Number → time of its last change, when that was first met, whether that second was over, what it says."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            if self._path is not None:
                self._kept = {key: tuple(each) for key, each in json.loads(self._path.read_bytes()).items()}

    def with_notes(
        self, issues: Sequence[Json], client: RedmineClient, filters: Mapping[str, str]
    ) -> Iterator[tuple[Json, str]]:
        """Each issue with what its notes say. One request more where any changed, and one for each with notes."""
        now = time.time()
        newest = max((str(issue["updated_on"]) for issue in issues), default="")
        new = [issue for issue in issues if not self._is_known(issue)]
        noted = self._noted(new, client, filters)
        for issue in issues:
            key = str(issue["id"])
            said = self._kept[key][3] if self._is_known(issue) else ""
            found: Json | None = issue
            if issue["id"] in noted:
                found = client.issue(key)
                if found is None:
                    continue
                said = progress_of(found, self._field)
            if found is not None:
                self._keep(found, said, now, newest)
                yield found, said
        if new:
            self._save()

    def _is_known(self, issue: Json) -> bool:
        kept = self._kept.get(str(issue["id"]))
        return kept is not None and kept[0] == issue["updated_on"] and kept[2]

    def _noted(self, new: Sequence[Json], client: RedmineClient, filters: Mapping[str, str]) -> set[int]:
        """Which of them have notes at all."""
        if not new:
            return set()
        since = min(str(issue["updated_on"]) for issue in new)
        found = client.issues(**{**filters, "updated_on": f">={since}", "notes": "*"})
        return {issue["id"] for issue in found} & {issue["id"] for issue in new}

    def _keep(self, issue: Json, said: str, now: float, newest: str) -> None:
        """`newest`: the time of a change that was seen: so late it is there by now."""
        key, changed = str(issue["id"]), str(issue["updated_on"])
        before = self._kept.get(key)
        first = before[1] if before is not None and before[0] == changed and before[1] <= now else now
        over = now - first >= _SETTLED or _seconds(changed, newest) >= _SETTLED
        self._kept[key] = (changed, first, over, said)

    def _save(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._kept, file)
        new.replace(self._path)
