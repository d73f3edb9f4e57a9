"""Reading YAML and JSON: plain values with the line of each, in bounded time, with nothing in them that could run.

YAML is read by its events: an anchor, an alias, a tag or a second document is refused, so that no small file stands for
a large one. A scalar stays the text that was typed: `1.10` is no number, `no` no truth value, `2026-04-30` a date only
where a date is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from actiontrack_learning_together.document import DEEPEST, Document, Place, Trouble, Way, key_of

_UNSAID = frozenset({"", "~", "null", "Null", "NULL"})


class Unreadable(Exception):  # noqa: N818 - what it is
    """It can't be read on from here."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


def _stop(line: int, why: str, do: str) -> Unreadable:
    return Unreadable(Trouble(Place(line=line), "", why, do))


class _Builder:
    """Puts values in their places and notes what was said twice."""

    def __init__(self) -> None:
        self.places: dict[Way, Place] = {}
        self.troubles: list[Trouble] = []

    def key(self, table: dict[str, Any], way: Way, line: int) -> None:
        if way[-1] in table:
            first = self.places[way]
            why, do = f"it stands twice, first in {first}", "keep one of the two"
            self.troubles.append(Trouble(Place(line=line), key_of(way), why, do))
        else:
            self.places[way] = Place(line=line)

    def document(self, value: Any) -> Document:
        return Document(value, self.places, tuple(self.troubles))


def read_yaml(text: str) -> Document:
    """A YAML text. Raises Unreadable."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder()
    events = yaml.parse(text, Loader=loader)
    try:
        next(events), next(events)
        value = _yaml_value(next(events), events, builder, ())
        next(events)
        after = next(events)
        if not isinstance(after, yaml.StreamEndEvent):
            line = after.start_mark.line + 1
            raise _stop(line, "a second document begins", "keep one review in a file")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        told = " ".join(part for part in (error.context, error.problem) if part) or "it is no YAML"
        raise _stop(
            line, f"it can't be read as YAML: {told}", "mend this line; text with “: ” or “#” needs quotes"
        ) from None
    except yaml.YAMLError:
        raise _stop(0, "it holds a character that YAML has not", "save it as plain UTF-8 text") from None
    except StopIteration:
        raise _stop(0, "it is empty", 'begin with `version: "1"`') from None
    return builder.document(value)


def _yaml_value(event: Any, events: Iterator[Any], builder: _Builder, way: Way) -> Any:
    import yaml

    line = event.start_mark.line + 1
    if isinstance(event, yaml.StreamEndEvent):
        raise StopIteration
    if isinstance(event, yaml.AliasEvent) or event.anchor:
        raise _stop(line, "anchors (&) and aliases (*) are not read", "write the value out, or put quotes around it")
    if event.tag and event.tag != "!":
        raise _stop(line, "tags (!) are not read", "leave it out, or put quotes around the text")
    if len(way) > DEEPEST:
        raise _stop(line, "it is nested too deep", "compare it with the schema")
    builder.places.setdefault(way, Place(line=line))
    if isinstance(event, yaml.ScalarEvent):
        # libyaml tells of a plain scalar by "", PyYAML's own reader by None.
        return None if not event.style and event.value in _UNSAID else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_yaml_value(event, events, builder, (*way, len(items))))
        return items
    table: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            raise _stop(event.start_mark.line + 1, "a key is one word", "write it as `key: value`")
        inner = (*way, event.value)
        builder.key(table, inner, event.start_mark.line + 1)
        value = _yaml_value(next(events), events, builder, inner)
        table.setdefault(event.value, value)
    return table


_SPACE = re.compile(r"[ \t\r\n]*")
_OTHER = re.compile(r"true|false|null|-?(?:0|[1-9]\d{0,17})(?![\d.eE])|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


def read_json(text: str) -> Document:
    """A JSON text. Raises Unreadable."""
    builder = _Builder()
    reader = _Json(text, builder)
    value = reader.value(())
    if reader.peek():
        raise reader.stop("something stands after the end")
    return builder.document(value)


class _Json:
    """The standard library's reader tells neither lines nor doubles; strings are still read by its own."""

    def __init__(self, text: str, builder: _Builder) -> None:
        self._text = text
        self._at = 0
        self._builder = builder
        self._line, self._counted = 1, 0

    def peek(self) -> str:
        """The next sign that is no space; "" at the end."""
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def line(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = max(self._counted, self._at)
        return self._line

    def stop(self, why: str) -> Unreadable:
        return _stop(self.line(), f"it can't be read as JSON: {why}", "mend this line")

    def take(self, sign: str) -> bool:
        found = self.peek() == sign
        self._at += found
        return found

    def text(self) -> str:
        try:
            value, self._at = scanstring(self._text, self._at + 1, True)
        except json.JSONDecodeError as error:
            raise self.stop(error.msg[:1].lower() + error.msg[1:]) from None
        return str(value)

    def value(self, way: Way) -> Any:
        sign = self.peek()
        self._builder.places.setdefault(way, Place(line=self.line()))
        if len(way) > DEEPEST:
            raise _stop(self.line(), "it is nested too deep", "compare it with the schema")
        if sign == "{":
            return self._table(way)
        if sign == "[":
            return self._list(way)
        if sign == '"':
            return self.text()
        match = _OTHER.match(self._text, self._at)
        if not match:
            raise self.stop("a value is missing" if sign else "it ends too early")
        self._at = match.end()
        word = match.group()
        if word in _WORDS:
            return _WORDS[word]
        return int(word) if word.lstrip("-").isdigit() and len(word) < 20 else word

    def _list(self, way: Way) -> list[Any]:
        self.take("[")
        items: list[Any] = []
        if self.take("]"):
            return items
        while True:
            items.append(self.value((*way, len(items))))
            if self.take("]"):
                return items
            if not self.take(","):
                raise self.stop("a comma or ] is missing")

    def _table(self, way: Way) -> dict[str, Any]:
        self.take("{")
        table: dict[str, Any] = {}
        if self.take("}"):
            return table
        while True:
            if self.peek() != '"':
                raise self.stop("a key in double quotes is missing")
            line, key = self.line(), self.text()
            inner = (*way, key)
            self._builder.key(table, inner, line)
            if not self.take(":"):
                raise self.stop("a colon is missing")
            value = self.value(inner)
            table.setdefault(key, value)
            if self.take("}"):
                return table
            if not self.take(","):
                raise self.stop("a comma or } is missing")
