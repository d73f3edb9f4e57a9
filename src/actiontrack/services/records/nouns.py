"""Reviews, episodes, findings, recommendations and meetings: list, show, add and set, by domain.md's field names."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from actiontrack.domain.nouns import Decision, Finding, KeyPracticeEpisode, Meeting, Noun, Recommendation, Review
from actiontrack.errors import NotFound, PreconditionFailed, UserError
from actiontrack.ports import Reader
from actiontrack.services.core import Core
from actiontrack.services.records import deciding
from actiontrack.services.records.desk import Desk
from actiontrack.services.records.responding import check_answer, put_answer, show_recommendation, to_close
from actiontrack.services.records.working import working

KINDS: dict[str, type[Noun]] = {
    "review": Review,
    "episode": KeyPracticeEpisode,
    "finding": Finding,
    "recommendation": Recommendation,
    "meeting": Meeting,
}
_TEXTS = frozenset({"typology", "contributory_factors", "questions_for_board", "lead_reviewers", "sites"})
"""Lists of texts: a comma may stand in one, so only ";" parts them."""
N = TypeVar("N", bound=Noun)


def list_nouns(core: Core, noun: str, **where: str) -> list[dict[str, Any]]:
    """Every record of that noun, by ref, episodes as their reviews tell them; `where` narrows it (review="SAR-1")."""
    with core.store.reading() as reader:
        items = reader.find(KINDS[noun], **{name: each for name, each in where.items() if each})
    items.sort(key=lambda item: (item.review, item.position) if isinstance(item, KeyPracticeEpisode) else ("", 0))
    return [told(item) for item in items]


def list_recommendations(core: Core, *, closed: bool | None = None, **where: str) -> list[dict[str, Any]]:
    """Every recommendation with what is missing to close it; the closed ones, or the open ones, where asked."""
    with core.store.reading() as reader:
        items = reader.find(Recommendation, **{name: each for name, each in where.items() if each})
        missing = to_close(core, reader, items)
    return [
        {**told(item), "to_close": missing[item.ref]}
        for item in items
        if closed is None or closed is not bool(missing[item.ref])
    ]


def show_noun(core: Core, noun: str, ref: str) -> dict[str, Any]:
    """One record; a recommendation with its actions and what it lacks to be closed, a meeting with its decisions.

    Raises NotFound.
    """
    with core.store.reading() as reader:
        item = _get(reader, noun, ref)
        if isinstance(item, Recommendation):
            return show_recommendation(core, reader, ref)
        if isinstance(item, Meeting):
            decided = deciding.in_order(reader.find(Decision, meeting=ref))
            return {**told(item), "decisions": [deciding.told(each) for each in decided]}
        return told(item)


def add_noun(core: Core, noun: str, values: Mapping[str, str], *, who: str, dry_run: bool = False) -> dict[str, Any]:
    """A new record; a ref is made where none is given (a review needs its own)."""
    read = _read(noun, values)
    with core.store.reading() as reader:
        if not read.get("ref"):
            read["ref"] = _new_ref(reader, noun, read)
        if noun == "episode" and "position" not in read:
            read["position"] = _last_position(reader, str(read.get("review", ""))) + 1
        if reader.get(KINDS[noun], str(read["ref"])):
            raise PreconditionFailed(f"There is {_a(noun)} {read['ref']} already; `{noun} set` changes it.")
        made = _make(noun, read)
        check_noun(reader, made, today=core.clock.today())
    return _store(core, made, who, dry_run)


def set_noun(
    core: Core, noun: str, ref: str, values: Mapping[str, str], *, who: str, dry_run: bool = False
) -> dict[str, Any]:
    """Change fields of a record. Returns it after the change."""
    read = _read(noun, values)
    if read.pop("ref", ref) != ref:
        raise UserError("A ref is never changed.")
    with core.store.reading() as reader:
        changed = _make(noun, {**_get(reader, noun, ref).model_dump(), **read})
        check_noun(reader, changed, today=core.clock.today())
    return _store(core, changed, who, dry_run)


def told(item: Noun) -> dict[str, Any]:
    """A record as JSON shows it."""
    return item.model_dump(mode="json")


def _store(core: Core, item: Noun, who: str, dry_run: bool) -> dict[str, Any]:
    with working(core, who, dry_run=dry_run) as (_, desk):
        put_noun(desk, item)
    return told(item)


def _get(reader: Reader, noun: str, ref: str) -> Noun:
    found = reader.get(KINDS[noun], ref)
    if found is None:
        raise NotFound(f"There is no {noun} {ref} here; `actiontrack {noun} list` shows those there are.")
    return found


def _read(noun: str, values: Mapping[str, str]) -> dict[str, Any]:
    """FIELD=VALUE texts as what the model takes: a list is JSON, or parts between ";" (for codes also ",")."""
    fields = KINDS[noun].model_fields
    read: dict[str, Any] = {}
    for name, text in values.items():
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; its fields are {', '.join(fields)}."
            raise UserError(f"{_a(noun).capitalize()} has no field {name!r}{hint}")
        if "tuple" in str(fields[name].annotation):
            read[name] = _list(name, text)
        else:
            read[name] = text.strip() or fields[name].get_default()
    return read


def _a(noun: str) -> str:
    return f"an {noun}" if noun == "episode" else f"a {noun}"


def _list(name: str, text: str) -> list[Any]:
    if text.lstrip().startswith("["):
        try:
            return cast("list[Any]", json.loads(text))
        except ValueError:
            raise UserError(f"{name}={text!r} begins like JSON and is none; part items with “;” instead.") from None
    parts = re.split(r";" if name in _TEXTS else r"[;,]", text)
    return [part.strip() for part in parts if part.strip()]


def _make(noun: str, values: Mapping[str, Any]) -> Noun:
    try:
        return KINDS[noun].model_validate(dict(values))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "missing" or fault["input"] is None:
            raise UserError(f"{_a(noun).capitalize()} needs {name}={name.upper()}.") from None
        raise UserError(f"{name}={fault['input']!r}: {fault['msg'][:1].lower()}{fault['msg'][1:]}.") from None


def _new_ref(reader: Reader, noun: str, values: Mapping[str, Any]) -> str:
    """A readable ref: REVIEW-K1, REVIEW-F2, REVIEW-R1, M-2026-11-24."""
    review = str(values.get("review") or "")
    if noun == "review":
        raise UserError("A review needs its own ref: ref=SAR-2026-01.")
    if noun == "meeting":
        return f"M-{values.get('date') or ''}"
    if noun == "recommendation" and values.get("number"):
        return f"{review}-R{values['number']}".lstrip("-")
    letter = "K" if noun == "episode" else noun[0].upper()
    stem = f"{review}-{letter}".lstrip("-")
    taken = {ref for (ref,) in reader.pick(KINDS[noun], ("ref",))}
    return next(f"{stem}{count}" for count in range(1, len(taken) + 2) if f"{stem}{count}" not in taken)


def _last_position(reader: Reader, review: str) -> int:
    """The place of the last episode that the review tells."""
    return max((at for (at,) in reader.pick(KeyPracticeEpisode, ("position",), review=review)), default=0)


def check_noun(reader: Reader, item: Noun, *, today: date | None = None) -> None:
    """Rules that bind more than one field. Raises NotFound, NotAllowed.

    `today` is given where a referral must not be back already: one that is taken in with its review may be.
    """
    review = getattr(item, "review", "")
    if review and reader.get(Review, review) is None:
        raise NotFound(f"There is no review {review} here; add it first: `actiontrack review add ref={review}`.")
    if isinstance(item, Finding):
        for ref in item.kpe_refs:
            if getattr(reader.get(KeyPracticeEpisode, ref), "review", None) != item.review:
                raise NotFound(f"There is no episode {ref} of {item.review}; `actiontrack episode list` shows those.")
    if isinstance(item, Recommendation):
        check_answer(reader.get(Recommendation, item.ref), item, today=today)


def put_noun(desk: Desk, item: Noun) -> None:
    """Note a record as new or changed."""
    if isinstance(item, Recommendation):
        put_answer(desk, item)
    else:
        desk.put(item)
