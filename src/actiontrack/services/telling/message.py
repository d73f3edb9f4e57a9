"""A message as it is frozen in the ledger, and what it is called.

Frozen, it is plain JSON: {"subject", "text", "html", "files": [{"name", "kind", and "text" or "path" and "sha256"}]}.
A file that is small stands there itself; a report's lies in the outbox folder, told apart by its SHA-256.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from actiontrack.domain.ledger import Send, Setting, Values
from actiontrack.errors import SkippableError
from actiontrack.ports import Attachment, Message, Reader

DIGEST = "digest"
"""The kind of Send that gathers what one person is told on one day."""
PLATFORM = "platform:"
"""Before the name of a platform, in the place of a person."""
_SHORT = 12
"""Signs of a key that people see and type."""


def keys(reader: Reader) -> Callable[[Send], str]:
    """What names a message: always the same of (store, person, period, kind), and nothing else's name."""
    store = reader.get(Setting, "store_id")
    board = store.value if store else ""

    def key_of(send: Send) -> str:
        parts = [board, send.person, send.period.isoformat(), send.kind]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    return key_of


def short(key: str) -> str:
    """The key as `sends list` shows it."""
    return key[:_SHORT]


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, and lines below it: (what, why)."""

    heading: str
    lines: Sequence[tuple[str, str]]


def frozen(
    subject: str, title: str, opening: Sequence[str], parts: Iterable[Part] = (), closing: Sequence[str] = (),
    files: Sequence[Values] = (),
) -> Values:  # fmt: skip
    """The words, as text and as HTML that says the same."""
    kept = list(parts)
    text = [title, "", *opening]
    page = [f"<h1>{_safe(title)}</h1>", *(f"<p>{_safe(each)}</p>" for each in opening)]
    for part in kept:
        text += ["", part.heading, "-" * len(part.heading)]
        page += [f"<h2>{_safe(part.heading)}</h2>", "<ul>"]
        for what, why in part.lines:
            text += [f"* {what}", *([f"  {why}"] if why else [])]
            page.append(f"<li><strong>{_safe(what)}</strong>{f'<br>{_safe(why)}' if why else ''}</li>")
        page.append("</ul>")
    text += [line for each in closing for line in ("", each)]
    page += [f"<p>{_safe(each)}</p>" for each in closing]
    return {
        "subject": one_line(subject),
        "text": "\n".join(text) + "\n",
        "html": _PAGE.format(title=_safe(one_line(subject)), body="\n".join(page)),
        "files": list(files),
    }


_PAGE = (
    '<!DOCTYPE html>\n<html lang="en-GB">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
    '<body style="font-family: Arial, sans-serif; line-height: 1.4">\n{body}\n</body>\n</html>\n'
)


def to_message(send: Send, key: str, board: str, folder: Path) -> Message:
    """The message that was frozen. Raises SkippableError where a file of it is not what it was."""
    words: dict[str, Any] = send.words
    return Message(
        key=key,
        to=send.person,
        subject=words["subject"],
        text=words["text"],
        html=words["html"],
        at=_instant(send),
        board=one_line(board),
        attachments=tuple(_attachment(each, folder) for each in words["files"]),
    )


def one_line(text: str) -> str:
    """A text without what could end a line or steer a terminal."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _attachment(file: Values, folder: Path) -> Attachment:
    if "text" in file:
        return Attachment(file["name"], file["kind"], str(file["text"]).encode())
    try:
        content = (folder / file["path"]).read_bytes()
    except OSError:
        raise SkippableError(f"its file {file['name']} is no longer in {folder}; make the report again") from None
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise SkippableError(f"its file {file['name']} in {folder} was changed; make the report again")
    return Attachment(file["name"], file["kind"], content)


def _instant(send: Send) -> datetime:
    return (send.claimed_at or send.at).replace(microsecond=0)


def _safe(text: str) -> str:
    return html.escape(text)
