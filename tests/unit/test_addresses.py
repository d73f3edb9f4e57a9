"""What is an e-mail address, and what could end a line or name another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.domain.addresses import is_address


@pytest.mark.parametrize("good", ["a@b.example", "a.b+c@sub.b-c.example", "o'neill@x.example"])
def test_an_address(good: str) -> None:
    assert is_address(good)


@pytest.mark.parametrize(
    "bad",
    ["", "a", "a@b", "@b.example", "a@.example", "a b@c.example", "a@b.example,c@d.example", "A <a@b.example>",
     "a@b.example\r\nBcc: c@d.example", "a@b.example\n", "a@[127.0.0.1]", '"a b"@c.example', "a..b@c.example",
     "á@b.example", f"{'a' * 65}@b.example", f"a@{'b' * 250}.example", "a@-b.example"],
)  # fmt: skip
def test_none(bad: str) -> None:
    assert not is_address(bad)


@given(st.text())
def test_an_address_can_end_no_line_and_name_no_other(text: str) -> None:
    for each in (text, f"a@{text}.example", f"{text}@b.example"):
        if is_address(each):
            assert each.isascii()
            assert not set(each) & set(' \r\n\t<>,;:\\"()[]')
            assert each.count("@") == 1
