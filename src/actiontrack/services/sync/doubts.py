"""Rows whose id and words disagree, while the words are found to be another's: all of them are held. Pure.

The second signal of an identity, beside the id: what a row said when it was last synced (sync.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from actiontrack.domain.ledger import Link
from actiontrack.ports import Record
from actiontrack.services.sync.matching import Held, Matching, Values

Read = Callable[[Record], Values]


def hold_doubtful(found: Matching, read: Read, doubted: Collection[str]) -> None:
    """Hold rows of a partial sort, of an id left behind, of words pasted over others, and what is still in doubt."""
    _hold_shuffled(found, read)
    _hold_left_behind(found, read)
    _hold_pasted_over(found, read)
    _hold_still(found, read, doubted)


def _hold_shuffled(found: Matching, read: Read) -> None:
    """Ids that stand beside another row's content: a sort that left the id column out. All of those rows are held."""
    moved, belongs = _moved_words(found, read)
    gone = {link.action for link in found.missing}
    # Where the owner's own row still says what it said, this is a copied text, not a shuffle.
    shuffled = {action for action, owner in belongs.items() if owner in moved or owner in gone}
    if not shuffled:
        return
    found.repairs = {action: belongs[action] for action in shuffled}
    # Whose content stands in another row has a stranger's in its own, known or typed over since.
    robbed = {owner for owner in found.repairs.values() if owner in moved} - shuffled
    unplaced = shuffled - set(found.repairs.values())
    if len(robbed) == len(unplaced) == 1:
        found.repairs[min(robbed)] = min(unplaced)
    keep: list[tuple[Record, Link]] = []
    for record, link in found.pairs:
        if link.action in shuffled or link.action in robbed:
            content = found.repairs.get(link.action)
            why = f"row {record.row} has the id of {link.action} and "
            why += f"the content of {content}" if content else "its content stands in another row"
            found.held.append(
                Held(record, why, "accept the repair, or sort the whole table with its id column", link.action)
            )
        else:
            keep.append((record, link))
    found.pairs = keep
    texts_of = {link.seen.get("text", ""): action for action, (_, link) in moved.items() if action in shuffled}
    _hold_bereft(texts_of, found, read)


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


def _hold_bereft(owners: Mapping[str, str], found: Matching, read: Read) -> None:
    """A row without an id that says what an action said whose id stands beside another row: it is no new one."""
    for record in list(found.fresh):
        text = "" if record.remote_id else read(record).get("text", "")
        action = owners.get(text, "") if text else ""
        if action:
            found.fresh = [other for other in found.fresh if other is not record]
            why = f"row {record.row} has the content of {action} and no id"
            found.held.append(Held(record, why, f"accept the repair, or type {action} beside it"))


def _hold_left_behind(found: Matching, read: Read) -> None:
    """An id beside words it never stood beside, while its own stand in a row that has no id of its own."""
    strays: dict[str, list[Record]] = defaultdict(list)
    for record in (*found.fresh, *(held.record for held in found.held if held.new)):
        strays[read(record).get("text", "")].append(record)
    for record, link in list(found.pairs) if strays else ():
        text = link.seen.get("text", "")
        own = strays.get(text, []) if text and read(record).get("text") != text else []
        if len(own) == 1 and _alike_but_for_text(own[0], link.seen, read) > _alike_but_for_text(
            record, link.seen, read
        ):
            found.pairs = [pair for pair in found.pairs if pair[1] is not link]
            found.fresh = [other for other in found.fresh if other is not own[0]]
            found.held = [held for held in found.held if held.record is not own[0]]
            why = f"row {record.row} has the id of {link.action}, whose content stands in row {own[0].row}"
            do = f"type {link.action} in row {own[0].row} and correct or clear it in row {record.row}"
            found.held += [Held(record, why, do, link.action), Held(own[0], why, do)]


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
            f"{gone.action} said" for gone in found.missing if _alike_but_for_text(record, gone.seen, read) > own + 1
        ]
        if others:
            found.pairs = [pair for pair in found.pairs if pair[1] is not link]
            why = f"row {record.row} has the id of {link.action} and says what {others[0]}"
            do = "put its own words back; for a new action, type them in a row without an id"
            found.held.append(Held(record, why, do, link.action))


def _hold_still(found: Matching, read: Read, doubted: Collection[str]) -> None:
    """A row that was in doubt, or was cleared, until it says most of what its action said."""
    for record, link in list(found.pairs):
        cleared = not link.seen.get("text")
        said = link.base if cleared else link.seen
        text = read(record).get("text") if cleared or record.remote_id in doubted else ""
        if not text or not said.get("text") or text == said["text"]:
            continue
        others = sum(1 for name, value in said.items() if name != "text" and value)
        if 2 * _alike_but_for_text(record, said, read) <= others:
            found.pairs = [pair for pair in found.pairs if pair[1] is not link]
            why = f"row {record.row} has the id of {link.action} and says little of what that said"
            do = "put its own words back; for a new action, clear the id"
            found.held.append(Held(record, why, do, link.action))
