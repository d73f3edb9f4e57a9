"""An instance's tongue: its words read as canonical values, and canonical values said in its words."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from actiontrack.domain.fields import FIELDS, Type, words
from actiontrack.domain.nouns import Agency
from actiontrack.ports import Fixed, InstanceSettings, Observation, Plain, Raw, Record, Unread
from actiontrack.services.sync.dates import Unclear, plausible, read_date
from actiontrack.services.sync.words import DERIVED, RATING_WORDS, RESPONSE_WORDS, STATUS_WORDS, plain

_NUMBER = re.compile(r"(?:[A-Za-z]{0,4}\.? ?)?\d+(?:\.\d+)*[a-z]?", re.ASCII)
_BETWEEN_NUMBERS = re.compile(r"\s*(?:[,;&\n]|\band\b)\s*")
_BETWEEN_AGENCIES = re.compile(r"\s*(?:[,;/\n&+]|\band\b)\s*")


@dataclass(frozen=True, slots=True)
class Unclearness:
    """A value that does not round-trip: it is held back, and asked about."""

    shown: str
    why: str
    do: str


class Unsayable(Exception):  # noqa: N818 - a question, not an error
    """The instance's validation or limits refuse every word for a value."""


def clean(text: str) -> str:
    """Text for comparing and keeping: NFC, one kind of line end and space, trimmed."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\u00a0", " ").replace("\u202f", " ").strip()


class Tongue:
    """Reads and says one instance's values.

    `agencies` are those of the configuration. `usual` are the words of its kind of system (`Observation.words`); those
    of the configuration come first.
    """

    def __init__(
        self,
        settings: InstanceSettings,
        agencies: Sequence[Agency],
        timezone: str,
        usual: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._dates = settings.dates
        self._zone = ZoneInfo(timezone)
        self._words: dict[Type, dict[str, str]] = {
            Type.STATUS: dict(STATUS_WORDS),
            Type.RESPONSE: dict(RESPONSE_WORDS),
            Type.RATING: dict(RATING_WORDS),
        }
        self._own: dict[str, dict[str, str]] = {}
        self._said: dict[str, list[tuple[str, str]]] = {}
        for name, table in (*settings.values.items(), *(usual or {}).items()):
            for word, value in table.items():
                self._own.setdefault(name, {}).setdefault(plain(word), value)
                self._said.setdefault(name, []).append((value, word))
        self._agency_words = {
            plain(word): agency.code for agency in agencies for word in (*agency.aliases, agency.name, agency.code)
        }
        self._agency_names = {agency.code: agency.name for agency in agencies}
        self._cache: dict[tuple[str, str], str | Unclearness] = {}
        self._used: dict[str, tuple[Observation, dict[str, int]]] = {}
        """How often each word stands in a field of an observation: counted once."""

    # --- reading --------------------------------------------------------------------------------------------------

    def read(self, name: str, raw: Raw) -> str | Unclearness:
        """The canonical value of what stands in a field there."""
        if isinstance(raw, Fixed):
            raw = raw.value
        if raw is None:
            return ""
        if isinstance(raw, Unread):
            return Unclearness(raw.shown, raw.why, raw.do)
        kind = FIELDS[name].type
        if kind is Type.DATE:
            return self._date(raw)
        text = clean(_shown(raw))
        if kind in (Type.TEXT, Type.LOG) or not text:
            return text
        key = (name, text)
        if key not in self._cache:
            self._cache[key] = self._closed(name, kind, text)
        return self._cache[key]

    def read_all(self, record: Record, names: Iterable[str]) -> dict[str, str | Unclearness]:
        """Every mapped field of a record."""
        return {name: self.read(name, record.fields.get(name)) for name in names}

    def _date(self, raw: Plain) -> str | Unclearness:
        try:
            if isinstance(raw, datetime):
                raw = raw.astimezone(self._zone).date() if raw.tzinfo else raw.date()
            if isinstance(raw, date):
                return plausible(raw).isoformat()
            text = clean(_shown(raw))
            return read_date(text, self._dates).isoformat() if text else ""
        except Unclear as question:
            return Unclearness(clean(_shown(raw)), question.why, question.do)

    def _closed(self, name: str, kind: Type, text: str) -> str | Unclearness:
        if kind is Type.AGENCIES:
            return self._agencies(text)
        if kind is Type.NUMBERS:
            parts = [part for part in _BETWEEN_NUMBERS.split(text) if part]
            return ", ".join(parts) if all(_NUMBER.fullmatch(part) for part in parts) else text
        word = plain(text)
        own = self._own.get(name, {})
        value = own.get(word) or self._words[kind].get(word)
        if value is not None:
            return value
        if kind is Type.RATING:
            return text
        if word in DERIVED:
            return Unclearness(
                text, "whether it is late is worked out from the due date", "choose how far the work is instead"
            )
        known = sorted({*own, *self._words[kind]})
        return Unclearness(text, f"it is no {words(name)} known here", _instead(name, text, word, known))

    def _agencies(self, text: str) -> str | Unclearness:
        whole = self._agency_words.get(plain(text))
        if whole:
            return whole
        codes: list[str] = []
        for part in filter(None, _BETWEEN_AGENCIES.split(text)):
            code = self._agency_words.get(plain(part))
            if code is None:
                nearest = difflib.get_close_matches(plain(part), list(self._agency_words), n=1)
                hint = f"did you mean {self._agency_names[self._agency_words[nearest[0]]]}? " if nearest else ""
                return Unclearness(
                    text,
                    f"“{part}” is no agency known here",
                    f"{hint}Correct the cell, or add it as an alias under [[agency]] in the configuration",
                )
            codes.append(code)
        return ", ".join(dict.fromkeys(codes))

    # --- saying ---------------------------------------------------------------------------------------------------

    def say(self, name: str, value: str, seen: Observation) -> Plain:
        """The value in the instance's own words. Raises Unsayable where its validation or limits refuse them all."""
        kind = FIELDS[name].type
        if not value:
            return None
        if kind is Type.DATE:
            return date.fromisoformat(value)
        limit = seen.limits.get(name)
        if limit is not None and len(value) > limit:
            raise Unsayable(f"it has {len(value)} characters and {limit} fit there")
        allowed = seen.allowed.get(name)
        if kind in (Type.STATUS, Type.RESPONSE, Type.RATING):
            return self._word(name, kind, value, allowed)
        said = self._agency_text(name, value, seen) if kind is Type.AGENCIES else value
        if allowed is not None and said not in allowed:
            fitting = [word for word in allowed if self.read(name, word) == value]
            if not fitting:
                raise Unsayable(f"its list there does not offer “{said}”")
            return fitting[0]
        return said

    def _word(self, name: str, kind: Type, value: str, allowed: Sequence[str] | None) -> str:
        own = [word for canonical, word in self._said.get(name, []) if canonical == value]
        usual = words(value).capitalize()
        if allowed is None:
            return own[0] if own else usual
        fitting = [word for word in allowed if self.read(name, word) == value]
        for word in (*own, usual, *fitting):
            if word in allowed:
                return word
        raise Unsayable(f"its list there offers no word for {words(value)}")

    def _agency_text(self, name: str, value: str, seen: Observation) -> str:
        """Agencies by the name the instance itself uses, where it uses one."""
        if name not in self._used or self._used[name][0] is not seen:
            self._used[name] = seen, _used(seen, name)
        used = self._used[name][1]
        return ", ".join(self._agency_name(code, used) for code in value.split(", "))

    def _agency_name(self, code: str, used: Mapping[str, int]) -> str:
        names = [word for word in used if self._agency_words.get(plain(word)) == code]
        return max(names, key=lambda word: (used[word], word)) if names else self._agency_names.get(code, code)

    def fingerprint(self) -> str:
        """Changes when the same cell may be read otherwise than before."""
        return repr((self._dates, sorted(self._own.items()), sorted(self._agency_words.items()), 1))


def _used(seen: Observation, name: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for record in seen.records:
        raw = record.fields.get(name)
        if isinstance(raw, str):
            counts[clean(raw)] = counts.get(clean(raw), 0) + 1
    return counts


def _shown(raw: Plain) -> str:
    if isinstance(raw, datetime):
        return (raw.astimezone(UTC) if raw.tzinfo else raw).isoformat(sep=" ")
    if isinstance(raw, bool):
        return "Yes" if raw else "No"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    return str(raw)


def _instead(name: str, text: str, word: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(word, known, n=1)
    hint = f"did you mean “{nearest[0].capitalize()}”? " if nearest else ""
    return f'{hint}Correct the cell, or say what it means under [connector.values.{name}]: "{text}" = …'
