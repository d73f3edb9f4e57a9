"""Content lines of an iCalendar text (RFC 5545, 3.1), changed in place: a line that is not ours to write stays as it
is, byte for byte, folded as it was.

A calendar library writes a task anew from what it understood of it, or refuses all of it for one value that it did not.
People's programs keep more in a task than that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from icalendar import vText
from icalendar.parser import Contentline

_NAME = re.compile(r"[A-Za-z0-9-]+")
_ITEM = re.compile(r"(?:\\.|[^,\\])+")


def folded(name: str, value: str, parameters: str = "") -> str:
    """One property as content lines of at most 75 octets; no character is cut in two."""
    return str(Contentline(f"{name}{parameters}:{value}").to_ical().decode()) + "\r\n"


def escaped(text: str) -> str:
    """A text as a TEXT value (RFC 5545, 3.3.11)."""
    return vText(text).to_ical().decode()


def unescaped(value: str) -> str:
    """The text of a TEXT value."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


class Task:
    """The one task of a calendar object: its master VTODO, alarms and other occurrences left aside."""

    def __init__(self, source: str) -> None:
        """Raises ValueError where there is no task in it."""
        self._lines = list(_logical(source))
        self._first, self._last = self._master()

    def __str__(self) -> str:
        return "".join(self._lines)

    def set(self, name: str, line: str) -> None:
        """Put a property (as `folded` gives it; "": take it away) where its first line was, else before any alarm."""
        places = list(self._places(name))
        at = places[0] if places else self._before_parts()
        for place in reversed(places):
            del self._lines[place]
        if line:
            self._lines.insert(at, line)
        self._last += bool(line) - len(places)

    def has(self, name: str) -> bool:
        """Whether the task has that property."""
        return any(True for _ in self._places(name))

    def value(self, name: str) -> str:
        """A property's value as it stands there, unfolded; "" where there is none."""
        return next((_parts(self._lines[at])[2] for at in self._places(name)), "")

    def parameters(self, name: str) -> str:
        """A property's parameters as they stand there (";VALUE=DATE")."""
        return next((_parts(self._lines[at])[1] for at in self._places(name)), "")

    def values(self, name: str) -> list[tuple[str, str]]:
        """(parameters, value) of each of a property's lines."""
        return [_parts(self._lines[at])[1:] for at in self._places(name)]

    def items(self, name: str) -> list[str]:
        """The texts in the lists of a property (CATEGORIES)."""
        return [unescaped(item).strip() for _, value in self.values(name) for item in _ITEM.findall(value)]

    def without_items(self, name: str, unwanted: Callable[[str], bool]) -> None:
        """Take items out of the lists of a property (CATEGORIES): the others stay as they are."""
        for place in reversed(list(self._places(name))):
            named, parameters, value = _parts(self._lines[place])
            items = _ITEM.findall(value)
            kept = [item for item in items if not unwanted(unescaped(item).strip())]
            if len(kept) == len(items):
                continue
            if kept:
                self._lines[place] = folded(named, ",".join(kept), parameters)
            else:
                del self._lines[place]
                self._last -= 1

    def add(self, line: str) -> None:
        """Add a property beside those of its name."""
        self._lines.insert(self._before_parts(), line)
        self._last += 1

    def _master(self) -> tuple[int, int]:
        """The places of its BEGIN and END."""
        begins = [at for at, line in enumerate(self._lines) if _is(line, "BEGIN", "VTODO")]
        ends = [at for at, line in enumerate(self._lines) if _is(line, "END", "VTODO")]
        for first, last in zip(begins, ends, strict=True):
            self._first, self._last = first, last
            if not self.has("RECURRENCE-ID"):
                return first, last
        raise ValueError("no task is in it")

    def _places(self, name: str) -> Iterator[int]:
        depth = 0
        for at in range(self._first + 1, self._last):
            line = self._lines[at]
            depth += _is(line, "BEGIN")
            if not depth and _parts(line)[0].upper() == name:
                yield at
            depth -= _is(line, "END")

    def _before_parts(self) -> int:
        parts = (at for at in range(self._first + 1, self._last) if _is(self._lines[at], "BEGIN"))
        return next(parts, self._last)


def _logical(source: str) -> Iterator[str]:
    """Each content line with its folds and line ends."""
    held = ""
    for line in re.split(r"(?<=\n)", source):
        if held and not line.startswith((" ", "\t")):
            yield held
            held = ""
        held += line
    if held:
        yield held


def _parts(line: str) -> tuple[str, str, str]:
    """Name, parameters with their ";", value."""
    whole = re.sub(r"\r?\n[ \t]", "", line).rstrip("\r\n")
    found = _NAME.match(whole)
    name = found[0] if found else ""
    quoted = False
    for at in range(len(name), len(whole)):
        if whole[at] == '"':
            quoted = not quoted
        elif whole[at] == ":" and not quoted:
            return name, whole[len(name) : at], whole[at + 1 :]
    return name, whole[len(name) :], ""


def _is(line: str, name: str, value: str = "") -> bool:
    named, _, said = _parts(line)
    return named.upper() == name and (not value or said.strip().upper() == value)
