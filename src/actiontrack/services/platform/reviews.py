"""Reviews live on the platform: what is said of them there is taken in here, field by field.

What the platform said last is kept, so that only what was changed there comes in; where both sides changed one field
differently a person is asked, and nothing is overwritten.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from actiontrack.domain.ledger import Setting, StoredIssue
from actiontrack.domain.nouns import Review
from actiontrack.domain.vocabulary import Publication
from actiontrack.ports import HostedReview, Platform, Reader
from actiontrack.services.core import Core

_FIELDS = ("title", "regime", "publication")
Said = dict[str, dict[str, str]]
"""Review → field → what the platform said last."""


def take_reviews(core: Core, platform: Platform, who: str) -> None:
    """Read the platform's reviews and take in what changed there. Raises as `Connector.observe`."""
    hosted = platform.reviews()
    name = core.platform
    with core.store.writing(who, f"sync:{name}") as writer:
        taking = _Taking(core, writer, name)
        for each in _told_apart(hosted, taking):
            taking.take(each)
        stored = {each.id: each for each in writer.find(StoredIssue, source=name) if each.id.startswith("review:")}
        writer.remove(*(issue for key, issue in stored.items() if key not in taking.issues))
        writer.put(*taking.changed, *(issue for key, issue in taking.issues.items() if key not in stored))
        if taking.said != taking.said_before:
            writer.put(Setting(name=f"reviews:{name}", value=json.dumps(taking.said, sort_keys=True)))


def _told_apart(hosted: Sequence[HostedReview], taking: _Taking) -> list[HostedReview]:
    """Those that can be told from one another."""
    counts = Counter(each.ref for each in hosted)
    for each in hosted:
        if not each.ref or counts[each.ref] > 1:
            what = f"the reference {each.ref} of another review" if each.ref else "no reference"
            taking.issue(f"{each.remote_id}", f"Review {each.remote_id} of the platform has {what}, and is left alone.",
                         "Give it one of its own there, such as SAR-2026-01.")  # fmt: skip
    return [each for each in hosted if each.ref and counts[each.ref] == 1]


class _Taking:
    """One reading of the platform's reviews."""

    def __init__(self, core: Core, reader: Reader, name: str) -> None:
        self._core = core
        self._reader = reader
        self._name = name
        setting = reader.get(Setting, f"reviews:{name}")
        self.said_before: Said = json.loads(setting.value) if setting else {}
        self.said: Said = {ref: dict(fields) for ref, fields in self.said_before.items()}
        self.changed: list[Review] = []
        self.issues: dict[str, StoredIssue] = {}

    def take(self, hosted: HostedReview) -> None:
        """Take one in; a review that is not here yet is made, embargoed unless it says otherwise."""
        known = self._reader.get(Review, hosted.ref)
        review = known or Review(ref=hosted.ref, board=self._core.board.name)
        base = self.said.setdefault(hosted.ref, {})
        values: dict[str, str] = {"platform_link": hosted.link} if hosted.link else {}
        for name in _FIELDS:
            theirs = hosted.fields.get(name, "")
            if name == "publication" and theirs and theirs not in set(Publication):
                self.issue(f"{hosted.ref}:{name}", f"The platform says of review {hosted.ref} a publication not known.",
                           f"Choose one of {', '.join(Publication)} there.")  # fmt: skip
            elif self._comes_in(hosted.ref, name, str(getattr(review, name)), base, theirs, new=known is None):
                values[name] = theirs
        merged = Review.model_validate({**review.model_dump(), **values})
        if merged != known:
            self.changed.append(merged)

    def _comes_in(
        self, ref: str, name: str, ours: str, base: Mapping[str, str] | dict[str, str], theirs: str, *, new: bool
    ) -> bool:
        """Whether the platform's word is taken. A blank there erases nothing here."""
        before = base.get(name)
        if not theirs or theirs == before:
            return False
        if new or theirs == ours or ours in ("", before) or (before is None and name == "publication"):
            if isinstance(base, dict):
                base[name] = theirs
            return theirs != ours
        self.issue(
            f"{ref}:{name}", f"The {name} of review {ref} was changed here and on the platform, differently.",
            f"Make them the same: `actiontrack review set {ref} {name}=…`, or on the platform.",
        )  # fmt: skip
        return False

    def issue(self, key: str, text: str, do: str) -> None:
        """Something for a person."""
        key = f"review:{key}"
        now = self._core.clock.now()
        self.issues[key] = StoredIssue(source=self._name, id=key, severity="warning", text=text, do=do, since=now)
