"""What the ledger of sends holds, as people ask for it."""

from __future__ import annotations

from typing import Any

from actiontrack.domain.ledger import Send, SendState
from actiontrack.errors import NotAllowed, NotFound
from actiontrack.ports import Reader
from actiontrack.services.core import Core
from actiontrack.services.telling.delivering import SOURCE
from actiontrack.services.telling.message import keys, short

_FEWEST = 4
"""Signs of a key that are taken for it."""


def list_sends(core: Core, *, state: str = "", to: str = "", limit: int = 0) -> list[dict[str, Any]]:
    """Each send, the newest first."""
    narrowed = {name: value for name, value in (("state", state), ("person", to)) if value}
    with core.store.reading() as reader:
        found = sorted(reader.find(Send, **narrowed), key=lambda each: (each.at, each.period, each.kind), reverse=True)
        key_of = keys(reader)
        return [_row(each, key_of(each)) for each in found[: limit or None]]


def show_send(core: Core, id: str) -> dict[str, Any]:  # noqa: A002 - the word of the command line
    """One send with its refs and its words. Raises NotFound."""
    with core.store.reading() as reader:
        send, key = _named(reader, id)
        words = {name: value for name, value in send.words.items() if name in ("subject", "text")}
        files = [each["name"] for each in send.words.get("files", ())]
        return {**_row(send, key), "refs": list(send.refs), **words, "files": files}


def send_again(core: Core, id: str, *, who: str, dry_run: bool = False) -> dict[str, Any]:  # noqa: A002 - as above
    """Let one that was refused, or that waits for its next try, be tried at once: with the words it has.

    Raises NotFound, and NotAllowed of one that has gone.
    """
    with core.store.writing(who, SOURCE) as writer:
        send, key = _named(writer, id)
        if send.state in (SendState.SENT, SendState.NEEDLESS):
            raise NotAllowed(f"{id} is {send.state.value}: nothing of it is left to send.")
        state = SendState.CLAIMED if send.state is SendState.REFUSED else send.state
        again = send.model_copy(update={"state": state, "retry_at": None})
        if not dry_run:
            writer.put(again)
        return _row(again, key)


def _named(reader: Reader, id: str) -> tuple[Send, str]:  # noqa: A002 - as above
    key_of = keys(reader)
    for each in reader.find(Send):
        key = key_of(each)
        if len(id) >= _FEWEST and key.startswith(id):
            return each, key
    raise NotFound(f"No message is called {id}; `actiontrack sends list` shows them.")


def _row(send: Send, key: str) -> dict[str, Any]:
    return {
        "id": short(key),
        "to": send.person,
        "kind": send.kind,
        "period": send.period.isoformat(),
        "refs": len(send.refs),
        "state": send.state.value,
        "attempts": send.attempts,
        "way": send.way,
        "frozen_at": send.claimed_at.isoformat() if send.claimed_at else None,
        "sent_at": send.sent_at.isoformat() if send.sent_at else None,
        "next_try": send.retry_at.isoformat() if send.retry_at else None,
        "why": send.why,
    }
