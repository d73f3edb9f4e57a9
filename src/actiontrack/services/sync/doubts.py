"""Rows whose id and words disagree, while the words are found to be another's: all of them are held. Pure.

The second signal of an identity, beside the id: what a row said when it was last synced (sync.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from actiontrack.domain.ledger import Link, LinkState
from actiontrack.ports import Record
from actiontrack.services.sync.matching import Held, Matching, Values

Read = Callable[[Record], Values]

_MAY_HAVE_CHANGED = frozenset({"text", "number", "status", "progress", "evidence", "comments"})
"""What people type over while a row stays the same action."""

_TELLING = 3
"""Other fields that must be the same, before a row is taken to be alike."""


def hold_doubtful(found: Matching, read: Read, doubted: Collection[str]) -> None:
    """Hold rows of a partial sort, of an id left behind, of words pasted over others, and what is still in doubt."""
    _hold_shuffled(found, read)
    _hold_left_behind(found, read)
    _hold_pasted_over(found, read)
    _hold_copies(found, read)
    _hold_doubled(found, read)
    _hold_reworded(found, read)
    _hold_still(found, read, doubted)


def _hold_shuffled(found: Matching, read: Read) -> None:
    """Ids that stand beside another row's content: a sort that left the id column out. All of those rows are held.

    Where it is certain which id belongs in which of them, that is the repair.
    """
    moved, belongs = _moved_words(found, read)
    gone = {link.action for link in found.missing}
    # Where the owner's own row still says what it said, this is a copied text, not a shuffle.
    owners = {action: owner for action, owner in belongs.items() if owner in moved or owner in gone}
    if not owners:
        return
    # Whose content stands in another row has a stranger's in its own, known or typed over since.
    robbed = set(owners.values()) & set(moved) - set(owners)
    owners |= _last_left(owners, robbed, moved, read)
    ids = {action: link.remote_id or action for action, (_, link) in moved.items()}
    ids |= {link.action: link.remote_id or link.action for link in found.missing}
    for action in sorted(set(owners) | robbed, key=lambda each: moved[each][0].row):
        record, _ = moved[action]
        owner = owners.get(action, "")
        why = f"row {record.row} has the id {ids[action]} and "
        if owner:
            why += f"the content of {ids[owner]}"
            found.held.append(Held(record, why, f"type {ids[owner]} in that cell", action, owner))
        else:
            why += f"{'other content' if read(record).get('text') else 'no text'}: its own stands in another row"
            do = f"clear that cell, or put the content of {ids[action]} back beside it"
            found.held.append(Held(record, why, do, action))
    bereft = _hold_bereft(_owners_of_texts(owners, moved, found), ids, found, read)
    repairs = [(moved[action][0], owner) for action, owner in owners.items()]
    repairs += [(record, owner) for owner, record in bereft.items()]
    whose = [owner for _, owner in repairs]
    # Every id of these rows has its place among them, and no other row with words keeps one of them.
    blank = {action for action in robbed if not any(read(moved[action][0]).values())}
    texts = {link.seen.get("text", ""): link.action for _, link in moved.values() if link.action in {*owners, *robbed}}
    texts |= {link.seen.get("text", ""): link.action for link in found.missing if link.action in whose}
    doubled = _hold_doubles(texts, ids, found, read)
    if not doubled and len(set(whose)) == len(whose) and set(owners) | robbed - blank <= set(whose):
        found.repairs = repairs
    taken = set(owners) | robbed
    found.pairs = [pair for pair in found.pairs if pair[1].action not in taken]
    found.missing = [link for link in found.missing if link.action not in set(whose)]


def _last_left(
    owners: Mapping[str, str], robbed: Collection[str], moved: Mapping[str, tuple[Record, Link]], read: Read
) -> dict[str, str]:
    """The one row whose words were typed over since has the one content that is nowhere else, if the rest agrees."""
    unplaced = set(owners) - set(owners.values())
    if not len(robbed) == len(unplaced) == 1:
        return {}
    (at,), (owner,) = robbed, unplaced
    record, own = moved[at]
    lost = moved[owner][1]
    if not read(record).get("text") or _alike_but_for_text(record, lost.seen, read) <= _alike_but_for_text(
        record, own.seen, read
    ):
        return {}
    return {at: owner}


def _moved_words(found: Matching, read: Read) -> tuple[dict[str, tuple[Record, Link]], dict[str, str]]:
    """The actions beside whose id other words stand now; and, of those, whose words they are."""
    moved: dict[str, tuple[Record, Link]] = {}
    texts: dict[str, list[str]] = defaultdict(list)
    for record, link in found.pairs:
        if record.version != link.digest:
            texts[link.seen.get("text", "")].append(link.action)
            if read(record).get("text") != link.seen.get("text"):
                moved[link.action] = (record, link)
    for link in found.missing:
        texts[link.seen.get("text", "")].append(link.action)
    texts.pop("", None)
    belongs: dict[str, str] = {}
    for action, (record, _) in moved.items():
        owners = [other for other in texts.get(read(record).get("text", ""), ()) if other != action]
        if len(owners) == 1:
            belongs[action] = owners[0]
    return moved, belongs


def _owners_of_texts(
    owners: Mapping[str, str], moved: Mapping[str, tuple[Record, Link]], found: Matching
) -> dict[str, str]:
    """Text → the action that said it, of those whose id stands beside another row's words, or was pushed out."""
    texts = {moved[action][1].seen.get("text", ""): action for action in owners if action not in owners.values()}
    # An id that was pushed out of its column by the others: its own words say whose they are.
    texts |= {link.seen.get("text", ""): link.action for link in found.missing if link.action not in owners.values()}
    return {text: action for text, action in texts.items() if text}


def _hold_bereft(owners: Mapping[str, str], ids: Mapping[str, str], found: Matching, read: Read) -> dict[str, Record]:
    """Rows without a known id that say what an action said whose id stands beside another row: none is a new one."""
    bereft: dict[str, Record] = {}
    rest: list[Record] = []
    for record in found.fresh:
        action = owners.get(read(record).get("text", ""), "")
        if action and action not in bereft:
            bereft[action] = record
            other = f"the unknown {record.remote_id}" if record.remote_id else "no id"
            why = f"row {record.row} has the content of {ids[action]} and {other}"
            found.held.append(Held(record, why, f"type {ids[action]} in that cell", owner=action))
        else:
            rest.append(record)
    found.fresh = rest
    return bereft


def _hold_doubles(owners: Mapping[str, str], ids: Mapping[str, str], found: Matching, read: Read) -> bool:
    """Rows without a known id that say what one of these actions said, as another row does. Whether there are any."""
    rest: list[Record] = []
    for record in found.fresh:
        text = read(record).get("text", "")
        if text and text in owners:
            known = ids[owners[text]]
            why = f"row {record.row} has the content of {known}, and another row seems to have it too"
            do = f"type {known} in that cell if this row is its own, and correct the id of the other"
            found.held.append(Held(record, why, do, owner=owners[text]))
        else:
            rest.append(record)
    doubled = len(rest) < len(found.fresh)
    found.fresh = rest
    return doubled


def _hold_left_behind(found: Matching, read: Read) -> None:
    """An id beside words it never stood beside, while its own stand in a row that has no id of its own."""
    strays: dict[str, list[Record]] = defaultdict(list)
    for record in (*found.fresh, *(held.record for held in found.held if held.new)):
        strays[read(record).get("text", "")].append(record)
    if not strays:
        return
    keep: list[tuple[Record, Link]] = []
    told: list[Held] = []
    for record, link in found.pairs:
        text = link.seen.get("text", "")
        own = strays.get(text, []) if text and read(record).get("text") != text else []
        if len(own) == 1 and _alike_but_for_text(own[0], link.seen, read) > _alike_but_for_text(
            record, link.seen, read
        ):
            known = link.remote_id or link.action
            why = f"row {record.row} has the id {known}, whose content stands in row {own[0].row}"
            do = f"type {known} in row {own[0].row} and correct or clear it in row {record.row}"
            told += [Held(record, why, do, link.action), Held(own[0], why, do, owner=link.action)]
        else:
            keep.append((record, link))
    strayed = {id(held.record) for held in told}
    found.pairs = keep
    found.fresh = [record for record in found.fresh if id(record) not in strayed]
    found.held = [held for held in found.held if id(held.record) not in strayed] + told


def _alike_but_for_text(record: Record, said: Mapping[str, str], read: Read) -> int:
    """How many other fields say the same: where only the text was typed over, the row with the id is the likelier."""
    now = read(record)
    return sum(1 for name, value in said.items() if name != "text" and value and now.get(name) == value)


def _hold_pasted_over(found: Matching, read: Read) -> None:
    """An id beside the words of another row, which has them too: a copy was pasted over its own words."""
    changed = [(record, link) for record, link in found.pairs if record.version != link.digest]
    saying: dict[str, list[tuple[Record, Mapping[str, str]]]] = defaultdict(list)
    for record, link in found.pairs if changed else ():
        saying[read(record).get("text", "")].append((record, link.seen))
    for record in found.fresh if changed else ():
        saying[read(record).get("text", "")].append((record, read(record)))
    held: set[str] = set()
    for record, link in changed:
        text = read(record).get("text", "")
        if not text or text == link.seen.get("text"):
            continue
        own = _alike_but_for_text(record, link.seen, read)
        others = [
            f"row {twin.row} says" for twin, said in saying[text] if _alike_but_for_text(record, said, read) > own
        ]
        # Words may be typed over after they were pasted: the rest of the row still tells whose they were.
        others += [
            f"{gone.remote_id or gone.action} said"
            for gone in found.missing
            if _alike_but_for_text(record, gone.seen, read) > own + 1
        ]
        if others:
            held.add(link.action)
            why = f"row {record.row} has the id {link.remote_id or link.action} and says what {others[0]}"
            do = "put its own words back; for a new action, type them in a row without an id"
            found.held.append(Held(record, why, do, link.action))
    found.pairs = [pair for pair in found.pairs if pair[1].action not in held]


def _hold_copies(found: Matching, read: Read) -> None:
    """A row without an id that says just what another row says: a copy, or half of a move whose other half follows."""
    rows: dict[tuple[str, ...], Record] = {}
    for record, link in found.pairs if found.fresh else ():
        for said in (link.seen, read(record)):
            # A copy of the words alone has not taken along the number that its original is known by.
            rows |= {_said(said): record, _said(said, ("number",)): record}
    rest: list[Record] = []
    for record in found.fresh:
        twin = None if record.remote_id else rows.get(_said(read(record)))
        if twin is None:
            rest.append(record)
        else:
            why = f"row {record.row} says just what row {twin.row} says, and has no id"
            found.held.append(Held(record, why, "accept it as a new action, or delete one of the two rows", new=True))
    found.fresh = rest


def _hold_doubled(found: Matching, read: Read) -> None:
    """Rows without an id that share the text of one whose id is nowhere: which of them it is, nobody can tell."""
    gone: dict[str, list[Link]] = defaultdict(list)
    for link in found.missing if found.fresh else ():
        if link.state is not LinkState.LEFT_OUT and link.seen.get("text"):
            gone[link.seen["text"]].append(link)
    alike: dict[str, list[Record]] = defaultdict(list)
    for record in found.fresh if gone else ():
        if not record.remote_id and (text := read(record).get("text")) in gone:
            alike[text].append(record)
    held: set[int] = set()
    for text, records in alike.items():
        links = gone[text]
        known = " or ".join(link.remote_id or link.action for link in links)
        rows = ", ".join(str(record.row) for record in records)
        why = f"rows {rows} say" if len(records) > 1 else f"row {rows} says"
        why += f" what {known} said, and no row has that id"
        do = f"type {known} in the row that it is; a new action needs words of its own"
        for record, link in zip(records, links + links[-1:] * len(records)):  # noqa: B905 - as many as there are rows
            held.add(id(record))
            found.held.append(Held(record, why, do, owner=link.action))
    found.fresh = [record for record in found.fresh if id(record) not in held]


def _hold_reworded(found: Matching, read: Read) -> None:
    """A row without an id that says all but the text of one whose id is nowhere: reworded, or new and much like it."""
    gone: dict[tuple[str, ...], list[Link]] = defaultdict(list)
    for link in found.missing if found.fresh else ():
        gone[_said(link.seen, _MAY_HAVE_CHANGED)].append(link)
    alike: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in found.fresh if gone else ():
        alike[_said(read(record), _MAY_HAVE_CHANGED)].append(record)
    held: set[int] = set()
    for said, links in gone.items():
        if len(said) < _TELLING or not len(links) == len(alike.get(said, ())) == 1:
            continue
        (record,), (link,) = alike[said], links
        known = link.remote_id or link.action
        why = f"row {record.row} has no id and says all that {known} said but its text, and {known} is nowhere else"
        do = f"type {known} in that cell if it was reworded; accept it if it is a new action"
        if not record.remote_id:
            held.add(id(record))
            found.held.append(Held(record, why, do, owner=link.action, new=True))
    found.fresh = [record for record in found.fresh if id(record) not in held]


def _said(values: Mapping[str, str], but: Collection[str] = ()) -> tuple[str, ...]:
    return tuple(f"{name}={value}" for name, value in sorted(values.items()) if value and name not in but)


def _hold_still(found: Matching, read: Read, doubted: Collection[str]) -> None:
    """A row that was in doubt, or was cleared, until it says most of what its action said."""
    held: set[str] = set()
    for record, link in found.pairs:
        cleared = not link.seen.get("text")
        said = link.base if cleared else link.seen
        text = read(record).get("text") if cleared or record.remote_id in doubted else ""
        if not text or not said.get("text") or text == said["text"]:
            continue
        others = sum(1 for name, value in said.items() if name != "text" and value)
        if 2 * _alike_but_for_text(record, said, read) <= others:
            held.add(link.action)
            why = f"row {record.row} has the id {link.remote_id or link.action} and says little of what that said"
            do = "put its own words back; for a new action, clear the id"
            found.held.append(Held(record, why, do, link.action))
    found.pairs = [pair for pair in found.pairs if pair[1].action not in held]
