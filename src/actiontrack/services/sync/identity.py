"""Which record is which action: by a permanent id, checked against what the record last said. Pure.

A row's position is never an identity. It only settles which of two equal copies was there before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from actiontrack.domain.ledger import Link, LinkState
from actiontrack.domain.refs import normal_ref
from actiontrack.ports import KeyKind, Record
from actiontrack.services.sync.doubts import hold_doubtful
from actiontrack.services.sync.matching import Held, Matching, Values


def match(
    records: Sequence[Record],
    links: Sequence[Link],
    key: KeyKind,
    *,
    known: Callable[[str], bool],
    read: Callable[[Record], Values],
    doubted: Collection[str] = (),
) -> Matching:
    """Pair records with links.

    `doubted` are the ids of the rows that were held the last time.
    `links` carry at least remote_id, action, digest, state and row; `seen` is read only of links whose record changed.
    `known` says whether an id is an action of this store; `read` gives a record's canonical values.
    """
    found = Matching()
    by_key = {link.remote_id: link for link in links if link.remote_id}
    by_action = {link.action: link for link in links}
    claims: dict[str, list[Record]] = defaultdict(list)
    keyless: list[Record] = []
    for record in records:
        if not record.remote_id:
            keyless.append(record)
        else:
            claims[_same_key(record.remote_id, by_key)].append(record)
    accepted = [link for link in links if link.state is LinkState.PENDING and link.seen]
    answered: set[str] = set()
    strangers: list[Record] = []
    for remote_id, claiming in claims.items():
        link = by_key.get(remote_id) or by_action.get(normal_ref(remote_id) or "")
        if link is None:
            strangers += _first_of(claiming, remote_id, found)
            continue
        answered.add(link.action)
        found.pairs.append((_keeper(claiming, link, accepted, read, found), link))
    unanswered = [link for link in links if link.action not in answered]
    _place_accepted_copies(unanswered, found, read)
    unanswered = [link for link in unanswered if link.action not in {taken.action for _, taken in found.pairs}]
    _recognise_overtyped(unanswered, found, read)
    _place_strangers(strangers, unanswered, key, found, known, read)
    taken = {link.action for _, link in found.pairs}
    _place_keyless(keyless, [link for link in unanswered if link.action not in taken], found, read)
    taken = {link.action for _, link in found.pairs}
    found.missing = [link for link in unanswered if link.action not in taken]
    if key != "remote":  # a system's own id never comes to stand beside another record's words
        hold_doubtful(found, read, doubted)
    return found


def _same_key(remote_id: str, by_key: Mapping[str, Link]) -> str:
    """The key as the links know it: an Action ID counts however it is typed."""
    if remote_id in by_key:
        return remote_id
    return normal_ref(remote_id) or remote_id


def _first_of(claiming: list[Record], remote_id: str, found: Matching) -> list[Record]:
    """Records with a key unknown to the links; two with the same one are both held."""
    if len(claiming) == 1:
        return claiming
    rows = ", ".join(str(record.row) for record in claiming)
    for record in claiming:
        why = f"the id “{remote_id}” stands in {len(claiming)} rows ({rows})"
        found.held.append(Held(record, why, "give each row its own: correct or clear the cells that are wrong"))
    return []


def _keeper(
    claiming: list[Record],
    link: Link,
    accepted: Sequence[Link],
    read: Callable[[Record], Values],
    found: Matching,
) -> Record:
    """The record that keeps a link's id: the one nearest to what it last said. The others are held.

    A copy that was accepted as a new action never does, while the row of the original still is one: who edits that
    before the copy has an id of its own makes the copy the more like of the two.
    """
    if len(claiming) == 1:
        return claiming[0]
    copies: set[int] = set()
    if any(record.row == link.row and _is_mostly(read(record), link.seen) for record in claiming):
        said = {_everything(copy.seen) for copy in accepted}
        copies = {record.row for record in claiming if record.row != link.row and _everything(read(record)) in said}
    ranked = sorted(
        claiming,
        key=lambda record: (
            record.row in copies, -_likeness(read(record), link.seen), record.row != link.row, record.row,
        ),
    )  # fmt: skip
    for record in ranked[1:]:
        why = f"row {record.row} repeats the id of row {ranked[0].row}, which keeps it"
        do = "accept it as a new action, or clear or correct its id"
        found.held.append(Held(record, why, do, action=link.action, new=True))
    return ranked[0]


def _place_accepted_copies(unanswered: Sequence[Link], found: Matching, read: Callable[[Record], Values]) -> None:
    """A copied row that a person accepted as a new action has an action of its own waiting for it."""
    waiting = {link.action: link for link in unanswered if link.state is LinkState.PENDING}
    copies = [held.record for held in found.held if held.new]
    rest = {id(record) for record in _pair_by(_everything, copies, waiting, found, read)}
    found.held = [held for held in found.held if not held.new or id(held.record) in rest]


def _recognise_overtyped(unanswered: Sequence[Link], found: Matching, read: Callable[[Record], Values]) -> None:
    """A row whose own id was typed over with another's is no copy: it says what one that nobody answers to said."""
    by_text = _unique_by_text(unanswered)
    for held in found.held:
        likely = by_text.pop(read(held.record).get("text", ""), None) if held.new else None
        if likely is not None:
            held.new, held.action = False, likely.action
            held.do = f"it was {likely.remote_id or likely.action}: type that, or clear the cell"


def _likeness(now: Values, seen: Mapping[str, str]) -> int:
    """How many fields say the same; the action's text weighs most."""
    same = sum(1 for name, value in seen.items() if value and now.get(name) == value)
    return same + (len(seen) if seen.get("text") and now.get("text") == seen.get("text") else 0)


def _place_strangers(
    strangers: Sequence[Record],
    unanswered: Sequence[Link],
    key: KeyKind,
    found: Matching,
    known: Callable[[str], bool],
    read: Callable[[Record], Values],
) -> None:
    """A key without a link: an action of ours come back, a renumbered row, somebody else's id, or a new row."""
    by_text = _unique_by_text(unanswered)
    for record in strangers:
        ref = normal_ref(record.remote_id)
        likely = by_text.get(read(record).get("text", ""))
        if ref is not None and known(ref):
            found.rejoined.append((record, ref))
        elif ref is not None or key == "ref":
            why = f"the Action ID {ref} is not known here" if ref else f"“{record.remote_id}” is no Action ID"
            do = f"it was {likely.action}: type that, or clear the cell" if likely else "correct it, or clear the cell"
            found.held.append(Held(record, why, do, action=likely.action if likely else ""))
        elif key == "number" and (likely := by_text.pop(read(record).get("text", ""), None)):
            found.pairs.append((record, likely))
        else:
            found.fresh.append(record)


def _unique_by_text(links: Iterable[Link]) -> dict[str, Link]:
    """Links by the text last seen, where only one has it."""
    groups: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.seen.get("text"):
            groups[link.seen["text"]].append(link)
    return {text: group[0] for text, group in groups.items() if len(group) == 1}


def _place_keyless(
    keyless: Sequence[Record], waiting: Sequence[Link], found: Matching, read: Callable[[Record], Values]
) -> None:
    """A row without an id is one whose id has not been written yet, one whose id was cleared, or new.

    It is an old one where exactly one of those waiting said the same: in all fields, else by number, else by text,
    else by most fields in the same row (an edit made while our id was still on its way).
    """
    rest = sorted(keyless, key=lambda record: record.row)
    links = {link.action: link for link in waiting if link.state is not LinkState.LEFT_OUT}
    for signature in (_everything, _number, _text) if links else ():
        rest = _pair_by(signature, rest, links, found, read)
    for record in rest:
        link = _same_row_mostly(record, links, read)
        if link is None:
            found.fresh.append(record)
        else:
            found.pairs.append((record, links.pop(link.action)))


def _everything(values: Values) -> tuple[str, ...]:
    return tuple(f"{name}={values[name]}" for name in sorted(values) if values[name])


def _number(values: Values) -> tuple[str, ...]:
    return (values["number"], values.get("review", "")) if values.get("number") else ()


def _text(values: Values) -> tuple[str, ...]:
    return (values["text"],) if values.get("text") else ()


def _pair_by(
    signature: Callable[[Values], tuple[str, ...]],
    records: list[Record],
    links: dict[str, Link],
    found: Matching,
    read: Callable[[Record], Values],
) -> list[Record]:
    """Pair what has the same signature, where it is one to one, or equal copies in their old rows; return the rest."""
    waiting: dict[tuple[str, ...], list[Link]] = defaultdict(list)
    for link in links.values():
        if signature(link.seen):
            waiting[signature(link.seen)].append(link)
    groups: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        groups[signature(read(record))].append(record)
    rest: list[Record] = []
    for sign, group in groups.items():
        candidates = waiting.get(sign, []) if sign else []
        if len(candidates) != len(group) or (len(group) > 1 and signature is not _everything):
            rest += group
            continue
        for record, link in zip(group, sorted(candidates, key=lambda link: link.row), strict=True):
            found.pairs.append((record, links.pop(link.action)))
    return sorted(rest, key=lambda record: record.row)


def _same_row_mostly(record: Record, links: Mapping[str, Link], read: Callable[[Record], Values]) -> Link | None:
    values = read(record)
    for link in links.values():
        # A row that a person accepted as new was never tied to a place.
        if link.state is LinkState.PENDING and link.row in (0, record.row) and _is_mostly(values, link.seen):
            return link
    return None


def _is_mostly(now: Values, seen: Mapping[str, str]) -> bool:
    """Whether more than half of what was said is said still."""
    filled = [name for name, value in seen.items() if value]
    return sum(1 for name in filled if now.get(name) == seen[name]) * 2 > len(filled)
