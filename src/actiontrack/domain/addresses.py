"""E-mail addresses, as far as a message may be sent to one that somebody typed into a cell."""

from __future__ import annotations

import re

_LONGEST = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
)


def is_address(text: str) -> bool:
    """Whether this is one address and nothing beside it: no name, no second one, no quoted or literal form."""
    return len(text) <= _LONGEST and len(text.partition("@")[0]) <= 64 and bool(_ADDRESS.fullmatch(text))


def host_of(address: str) -> str:
    """What stands after the "@", in lower case."""
    return address.rpartition("@")[2].lower()
