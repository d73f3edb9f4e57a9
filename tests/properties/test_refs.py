"""Action IDs: every single wrong character and every transposition is found."""

import random
import re
import string
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.domain.refs import ALPHABET, is_ref, new_ref, normal_ref


class Seeded:
    """`secrets` in miniature, repeatable."""

    def __init__(self, seed):
        self._random = random.Random(seed)

    def randbelow(self, bound, /):
        return self._random.randrange(bound)


refs = st.integers(0, 2**64).map(lambda seed: new_ref(Seeded(seed)))


@given(refs)
def test_a_new_ref_is_a_ref_and_prints_as_itself(ref):
    assert re.fullmatch(r"AT-[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", ref)
    assert is_ref(ref)
    assert normal_ref(ref) == ref


@given(refs)
def test_every_single_wrong_character_is_found(ref):
    # O reads as 0, I and L as 1: those are the same character miswritten, not another one.
    alike = {"O": "0", "I": "1", "L": "1"}
    for at in [place for place, letter in enumerate(ref) if letter != "-"]:
        for wrong in string.ascii_uppercase + string.digits:
            if alike.get(wrong, wrong) != ref[at]:
                assert not is_ref(ref[:at] + wrong + ref[at + 1 :])


@given(refs)
def test_every_transposition_is_found(ref):
    packed = ref.replace("-", "")
    for first in range(len(packed)):
        for second in range(first + 1, len(packed)):
            if packed[first] != packed[second]:
                letters = list(packed)
                letters[first], letters[second] = letters[second], letters[first]
                assert not is_ref("".join(letters))


@given(refs)
def test_a_lost_or_a_doubled_character_is_found(ref):
    packed = ref.replace("-", "")
    for at in range(len(packed)):
        assert not is_ref(packed[:at] + packed[at + 1 :])
        assert not is_ref(packed[: at + 1] + packed[at:])


@given(refs, st.sampled_from([" ", "", "-", "\u2011", "\u2013", "\u00a0", " - "]), st.booleans())
def test_it_is_read_as_people_type_it(ref, separator, lower):
    typed = f"  {separator.join(ref.split('-'))}\n"
    assert normal_ref(typed.lower() if lower else typed) == ref


@given(refs)
def test_letters_that_look_alike_are_read_as_meant(ref):
    body = ref[3:]
    assert normal_ref("AT-" + body.replace("0", "O").replace("1", "l")) == ref


@given(refs)
def test_no_spreadsheet_takes_it_for_a_number_a_date_or_a_formula(ref):
    assert ref[0] not in "=+-@'\t\r"
    with pytest.raises(ValueError):
        float(ref)
    with pytest.raises(ValueError):
        datetime.fromisoformat(ref)
    assert not re.match(r"(?i)\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|true|false", ref)


@pytest.mark.parametrize(
    "text", ["", "AT", "AT-", "1.1", "2026-11-24", "AT-0000-0000-0001", "ÄT-7K3M-9QWX-2HFC", "-" * 17]
)
def test_other_texts_are_none(text):
    assert normal_ref(text) is None


def test_a_thousand_are_all_different():
    assert len({new_ref() for _ in range(1000)}) == 1000


def test_the_alphabet_has_no_letters_that_look_alike():
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)
