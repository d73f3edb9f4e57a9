"""Action IDs: random, with a check digit, printed on paper and typed back in.

`AT-7K3M-9QWX-2HFC`: eleven random characters and one that checks them, in Crockford's base 32 (no I, L, O, U). The
prefix keeps a spreadsheet from taking one for a number, a date or a formula. A counter would issue ids twice after
a restore; 55 random bits make a clash among a million actions less likely than one in fifty thousand.

The check digit is the value of the word as a polynomial over GF(32) (x⁵ + x² + 1), which must be zero: weights are
distinct powers of a primitive element, so that every single wrong character and every transposition is found.
"""

from __future__ import annotations

import re
import secrets
from functools import reduce
from operator import getitem, xor
from typing import Protocol

PREFIX = "AT"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_BITS = 5
"""A letter is one of 32."""
_RANDOM_LETTERS = 11
_GROUP = 4
_PRINTED = re.compile(rf"{PREFIX}(?:-[{ALPHABET}]{{{_GROUP}}}){{3}}")
_SEPARATORS = dict.fromkeys(map(ord, " \t\r\n\u00a0\u202f-_.\u00ad\u2010\u2011\u2012\u2013\u2014\u2212\u200b\ufeff"))


class Random(Protocol):
    """Where randomness comes from: the module `secrets`, or a twin in tests."""

    def randbelow(self, exclusive_upper_bound: int, /) -> int:
        """A number from 0 up to, not including, the bound."""
        ...


def new_ref(random: Random = secrets) -> str:
    """A new Action ID."""
    number = random.randbelow(1 << _BITS * _RANDOM_LETTERS)
    body = "".join(ALPHABET[number >> _BITS * at & len(ALPHABET) - 1] for at in range(_RANDOM_LETTERS))
    return _printed(body + ALPHABET[_double(_remainder(body))])


def normal_ref(text: str) -> str | None:
    """The Action ID as printed, from one typed in any case, with spaces or without dashes; None where it is none."""
    if _PRINTED.fullmatch(text):
        return None if _remainder(text[len(PREFIX) :].replace("-", "")) else text
    packed = text.translate(_SEPARATORS).upper()
    if len(packed) != len(PREFIX) + _RANDOM_LETTERS + 1 or not packed.startswith(PREFIX):
        return None
    body = packed[len(PREFIX) :]
    if any(letter not in _VALUES for letter in body) or _remainder(body):
        return None
    return _printed("".join(ALPHABET[_VALUES[letter]] for letter in body))


def is_ref(text: str) -> bool:
    """Whether this is an Action ID, however it is typed."""
    return normal_ref(text) is not None


def _printed(body: str) -> str:
    return "-".join([PREFIX, *(body[at : at + _GROUP] for at in range(0, len(body), _GROUP))])


def _remainder(body: str) -> int:
    """The polynomial's value in GF(32)."""
    return reduce(xor, map(getitem, _WEIGHED[-len(body) :], body))


def _double(value: int) -> int:
    """Multiply by x in GF(32)."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def _weighed() -> list[dict[str, int]]:
    """For each place of an id, what a letter there adds to the value: a sync asks it of every row."""
    places = [_VALUES]
    for _ in range(_RANDOM_LETTERS):
        places.insert(0, {letter: _double(value) for letter, value in places[0].items()})
    return places


_WEIGHED = _weighed()
