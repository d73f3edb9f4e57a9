"""Delivering: what waits and may go is claimed, sent, and settled.

**Claimed** in a transaction of its own: the words are frozen, and nobody else takes it up for a while. **Settled** when
the notifier has answered. A process that dies in between leaves it claimed; after that while the same words go again
under the same key, so that whoever got the first knows the second for it. Nothing is given up: what the other side
refuses for good is kept, and the safeguarding manager is told; the rest is tried again, less and less often.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from actiontrack.domain.addresses import is_address
from actiontrack.domain.ledger import Send, SendState, Setting, StoredIssue
from actiontrack.errors import ActionTrackError, RetryableError, SkippableError, UserError
from actiontrack.ports import Message, Notifier, Reader, Writer
from actiontrack.services.clocks import AHEAD
from actiontrack.services.core import Core, Way
from actiontrack.services.telling.digest import FAILED, digest_words, next_digest
from actiontrack.services.telling.hours import LONGEST, back_off, day_of, is_open, is_over
from actiontrack.services.telling.message import DIGEST, PLATFORM, keys, short, to_message

SOURCE = "post"
"""What writes to the ledger of sends, and whose the issues are."""
_HELD = timedelta(minutes=15)
"""How long a claim keeps others away: a message takes some ten answers of a minute at most."""
_IN_A_ROW = 3
"""After so many tries in a row that failed for now, the way is left in peace for a while."""
_OFTEN = 3
"""From so many tries of one message on, `status` tells of it."""
_OPEN = (SendState.WAITING, SendState.CLAIMED)


@dataclass(slots=True)
class Delivered:
    """What one delivery came to; `waiting` counts what is left for later."""

    sent: int = 0
    refused: int = 0
    failed: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As `sends deliver --json` has it."""
        return {name: getattr(self, name) for name in self.__slots__}

    def words(self) -> str:
        """The counts in a line."""
        tried = f"{self.sent} sent, {self.refused} refused, {self.failed} to be tried again"
        return f"messages: {tried}, {self.waiting} waiting"


def deliver(
    core: Core, *, at_any_hour: bool = False, who: str = SOURCE, going: Callable[[], bool] = lambda: True
) -> Delivered:
    """Send what is due, each message apart from the others' faults; outside the board's hours nothing, unless told to.

    It may be called at any time and by several at once. `going` is asked before each message: on False it ends.
    """
    if not core.ways:
        return Delivered()
    delivery = _Delivery(core, who)
    if at_any_hour or is_open(core):
        for send in due_sends(core):
            if not going():
                break
            delivery.take(send)
    with core.store.reading() as reader:
        people = reader.pick(Send, ("person",), state=_OPEN)
    delivery.done.waiting = sum(not person.startswith(PLATFORM) for (person,) in people)
    return delivery.done


def due_sends(core: Core) -> list[Send]:
    """What is to go today and not being tried or left in peace: what was tried before comes first."""
    now, today = core.clock.now(), core.clock.today()
    with core.store.reading() as reader:
        found = reader.find(Send, state=_OPEN)
        gone = _told_today(core, reader)
    ours = [each for each in found if not each.person.startswith(PLATFORM)]
    due = [each for each in ours if each.period <= today or each.at > now + AHEAD]
    due = [each for each in due if is_over(each.retry_at, now)]
    due = [each for each in due if each.state is SendState.CLAIMED or each.kind != DIGEST or each.person not in gone]
    return sorted(due, key=lambda each: (each.state is SendState.WAITING, each.period, each.person, each.kind))


def _told_today(core: Core, reader: Reader) -> set[str]:
    """Who has had today's digest, or has one that is still being tried: a further one waits for another day."""
    first, after = day_of(core)
    rows = reader.pick(Send, ("person",), kind=DIGEST, state=SendState.CLAIMED)
    for name in ("claimed_at", "sent_at"):
        rows += reader.pick(Send, ("person",), kind=DIGEST, **{f"{name}__ge": first, f"{name}__lt": after})
    return {person for (person,) in rows}


class _Delivery:
    """One delivery: the notifiers it made, and those it leaves in peace."""

    def __init__(self, core: Core, who: str) -> None:
        self._core = core
        self._who = who
        self._made: dict[str, Notifier] = {}
        self._failures: dict[str, int] = {}
        self._stopped = set(_resting(core))
        self.done = Delivered()

    def take(self, send: Send) -> None:
        """Claim it, send it, settle it; whatever goes wrong is noted."""
        way = next((each for each in self._core.ways if each.takes(send.person)), None)
        if way is None:
            self._note_no_way(send.person)
            return
        if way.name in self._stopped:
            return
        claimed = self._claim(send, way)
        if claimed is None:
            return
        held, key = claimed
        try:
            said = self._send(way, to_message(held, key, self._core.board.name, self._core.outbox))
        except SkippableError as error:
            self._refuse(held, key, str(error))
        except ActionTrackError as error:
            self._postpone(held, key, way, error)
        else:
            self._settle(held, key, way, said)

    def _send(self, way: Way, message: Message) -> str:
        if not is_address(message.to):
            raise SkippableError("this is no e-mail address")
        try:
            if way.name not in self._made:
                self._made[way.name] = way.make()
            return self._made[way.name].send(message)
        except ActionTrackError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a notifier raises, the others still go
            # What it held may be people's words: only its kind is told.
            self._core.hooks.note_failure(way.name, "send", error)
            raise UserError(f"a fault of the notifier ({type(error).__name__})") from None

    def _claim(self, send: Send, way: Way) -> tuple[Send, str] | None:
        """The send with its words frozen, and its key; None where somebody was quicker, or there is nothing to tell."""
        core, now = self._core, self._core.clock.now()
        with core.store.writing(self._who, SOURCE) as writer:
            held = _same(writer, send)
            if held is None or held.state is not send.state or held.attempts != send.attempts:
                return None
            if held.state is SendState.WAITING:
                held = self._freeze(writer, held, now)
                if held is None:
                    return None
            held = held.model_copy(update={"attempts": held.attempts + 1, "retry_at": now + _HELD, "way": way.name})
            writer.put(held)
            return held, keys(writer)(held)

    def _freeze(self, writer: Writer, send: Send, now: datetime) -> Send | None:
        """Give it its words, once and for all."""
        held = send.model_copy(update={"state": SendState.CLAIMED, "claimed_at": now})
        if held.kind == DIGEST:
            held = _with_others(writer, held)
            words = digest_words(self._core, writer, held)
            if words is None:
                writer.put(held.model_copy(update={"state": SendState.NEEDLESS, "claimed_at": None}))
                return None
            held = held.model_copy(update={"words": words})
        return held

    def _settle(self, held: Send, key: str, way: Way, said: str) -> None:
        self._failures[way.name] = 0
        done = {"state": SendState.SENT, "sent_at": self._core.clock.now(), "retry_at": None, "why": said}
        with self._core.store.writing(self._who, SOURCE) as writer:
            now = _same(writer, held) or held
            writer.put(now.model_copy(update=done))
            writer.remove(*_resting_of(writer, way.name), *_issues(writer, f"way {way.name}", short(key)))
            writer.remove(*_untold(writer, held.person))
        self.done.sent += 1
        clear_files(self._core, held)

    def _refuse(self, held: Send, key: str, why: str) -> None:
        """Keep it, tell of it in `status`, and tell the manager in a digest (not of the manager's own)."""
        core = self._core
        with core.store.writing(self._who, SOURCE) as writer:
            writer.put(held.model_copy(update={"state": SendState.REFUSED, "retry_at": None, "why": why}))
            do = f"Mend the address, then `actiontrack sends again {short(key)}`."
            writer.put(self._issue(short(key), "error", f"To {held.person} of {held.period}: {why}.", do))
            manager = core.board.manager
            if manager and manager != held.person:
                writer.put(next_digest(core, writer, manager, [FAILED + short(key)], core.clock.now()))
        self.done.refused += 1

    def _postpone(self, held: Send, key: str, way: Way, error: ActionTrackError) -> None:
        """Try it later. A way that can't be gone before somebody mends it, or that failed thrice, is left in peace."""
        now = self._core.clock.now()
        count = self._failures[way.name] = self._failures.get(way.name, 0) + 1
        ours = not isinstance(error, RetryableError)
        asked = min(timedelta(seconds=getattr(error, "retry_after", 0) or 0), LONGEST)
        later = now + max(back_off(held.attempts), asked)
        with self._core.store.writing(self._who, SOURCE) as writer:
            now_held = _same(writer, held)
            if now_held is not None and now_held.attempts == held.attempts and now_held.state is SendState.CLAIMED:
                writer.put(held.model_copy(update={"retry_at": later, "why": str(error)}))
            if ours or count >= _IN_A_ROW:
                self._stopped.add(way.name)
                writer.put(_rest(writer, way.name, now, asked))
                do = "Nothing is lost; it is tried again by itself once that is mended."
                writer.put(self._issue(f"way {way.name}", "error", f"Notifier {way.name}: {error}.", do))
            elif held.attempts >= _OFTEN:
                text = f"To {held.person} of {held.period}: {error}."
                writer.put(self._issue(short(key), "warning", text, "It is tried again by itself."))
        self.done.failed += 1
        self.done.problems.append(f"{way.name}: {error}")

    def _note_no_way(self, person: str) -> None:
        with self._core.store.writing(self._who, SOURCE) as writer:
            if not _issues(writer, _no_way(person)):
                do = "Let the `only` of one take it, or add one without."
                writer.put(self._issue(_no_way(person), "warning", f"No notifier is for {person}.", do))

    def _issue(self, about: str, severity: str, text: str, do: str) -> StoredIssue:
        return StoredIssue(source=SOURCE, id=about, severity=severity, text=text, do=do, since=self._core.clock.now())


def clear_files(core: Core, send: Send) -> None:
    """Do away with a report's files once everybody has had it."""
    paths = {each["path"] for each in send.words.get("files", ()) if "path" in each}
    if not paths:
        return
    with core.store.reading() as reader:
        left = reader.count(Send, kind=send.kind, period=send.period, state=(*_OPEN, SendState.REFUSED))
    if not left:
        for folder in {(core.outbox / path).parent for path in paths}:
            shutil.rmtree(folder, ignore_errors=True)


def _same(reader: Reader, send: Send) -> Send | None:
    found = reader.find(Send, person=send.person, period=send.period, kind=send.kind)
    return found[0] if found else None


def _with_others(writer: Writer, held: Send) -> Send:
    """With what waits for the same person in other digests: earlier versions began one a day."""
    others = [
        each
        for each in writer.find(Send, person=held.person, kind=DIGEST, state=SendState.WAITING)
        if each.period != held.period
    ]
    writer.remove(*others)
    refs = dict.fromkeys(ref for each in (held, *others) for ref in each.refs)
    return held.model_copy(update={"refs": tuple(refs), "at": min(each.at for each in (held, *others))})


# --- ways that are left in peace ------------------------------------------------------------------------------------


def _resting(core: Core) -> Iterable[str]:
    """The ways that failed lately."""
    with core.store.reading() as reader:
        for way in core.ways:
            for setting in _resting_of(reader, way.name):
                if not is_over(datetime.fromisoformat(json.loads(setting.value)["until"]), core.clock.now()):
                    yield way.name


def _rest(reader: Reader, name: str, now: datetime, asked: timedelta) -> Setting:
    """Leave it in peace, the longer the more often it failed."""
    failures = 1 + max((json.loads(each.value)["failures"] for each in _resting_of(reader, name)), default=0)
    until = now + max(back_off(failures), asked)
    return Setting(name=f"post:{name}", value=json.dumps({"failures": failures, "until": until.isoformat()}))


def _resting_of(reader: Reader, name: str) -> list[Setting]:
    return reader.find(Setting, name=f"post:{name}")


def _issues(reader: Reader, *about: str) -> list[StoredIssue]:
    return reader.find(StoredIssue, source=SOURCE, id=about)


def _no_way(person: str) -> str:
    return f"no way to {person}"


def _untold(reader: Reader, person: str) -> list[StoredIssue]:
    """What `status` tells of a person who could not be told, and now is again."""
    refused = reader.find(Send, person=person, state=SendState.REFUSED)
    return _issues(reader, *map(short, map(keys(reader), refused)), _no_way(person))
