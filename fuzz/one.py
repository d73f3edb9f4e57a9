"""One target under atheris, in a process of its own: `python -m fuzz.one TARGET SECONDS FOUND CORPUS…`.

Ends after that many seconds of CPU with the last line `runs N`, or at the first finding, which is made small and kept.
"""

from __future__ import annotations

import os
import random
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import atheris

from fuzz.mutate import EXCEL, Form, mutate
from fuzz.shrink import kept, shrink

with atheris.instrument_imports(include=["actiontrack_spreadsheet"]):
    from fuzz.targets import FORMS, RAW, TARGETS

SLOWEST = 3.0
"""Seconds of CPU one input may take under atheris, which is several times slower than life."""
_HUNG = 120
"""Seconds after which an input is given up, on a machine that may be busy."""
_MEMORY = 700
"""MB, coverage and corpus included."""
_LONGEST = 8192
"""Bytes of an input."""
FOUND = 77
"""Exit code."""


class TooSlow(Exception):  # noqa: N818 - it says what happened
    """An input took longer than any may."""


def main(name: str, seconds: float, found: Path, corpus: Sequence[str], seed: str) -> None:
    """Run one target; does not return."""
    flags = [f"-seed={seed}", f"-max_len={_LONGEST}", f"-timeout={_HUNG}", f"-rss_limit_mb={_MEMORY}"]
    arguments = [sys.argv[0], *flags, f"-artifact_prefix={found}/{name}-", "-print_final_stats=0", *corpus]
    change = None if name in RAW else partial(_change, FORMS.get(name, EXCEL))
    atheris.Setup(arguments, _Watched(name, seconds, found), custom_mutator=change)
    atheris.Fuzz()


class _Watched:
    """A target with its time measured and its findings kept."""

    def __init__(self, name: str, seconds: float, found: Path) -> None:
        self._name, self._seconds, self._found = name, seconds, found
        self._runs = 0

    def __call__(self, data: bytes) -> None:
        started = time.process_time()
        if started > self._seconds:
            self._end(0)
        self._runs += 1
        try:
            _measured(TARGETS[self._name], data)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is a finding
            traceback.print_exc()
            small = shrink(data, fault, lambda each: _measured(TARGETS[self._name], each))
            print(f"found {kept(self._found, self._name, small)}: {type(fault).__name__}: {fault}")
            self._end(FOUND)

    def _end(self, code: int) -> None:
        print(f"runs {self._runs}", flush=True)
        sys.stderr.flush()
        os._exit(code)


def _measured(target: Callable[[bytes], None], data: bytes) -> None:
    started = time.process_time()
    target(data)
    took = time.process_time() - started
    if took > SLOWEST:
        raise TooSlow(f"{took:.1f} s")


def _change(form: Form, data: bytes, longest: int, seed: int) -> bytes:
    """Mostly a change that knows the form, sometimes one of libFuzzer's own."""
    rng = random.Random(seed)
    if rng.random() < 0.2:
        return bytes(atheris.Mutate(data, longest))
    changed = mutate(data, rng, form)
    return changed if len(changed) <= longest else data


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]), sys.argv[5:], sys.argv[4])
