"""Making a finding small: bytes are left out as long as the same thing goes wrong at the same place."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

_PATIENCE = 20.0
"""Seconds of CPU."""


def shrink(data: bytes, fault: Exception, target: Callable[[bytes], None]) -> bytes:
    """The smallest input found in a while that fails as this one did."""
    wanted = _signature(fault)
    until = time.process_time() + _PATIENCE
    size = max(len(data) // 2, 1)
    while size:
        at = 0
        while at < len(data) and time.process_time() < until:
            shorter = data[:at] + data[at + size :]
            if _fails(shorter, target, wanted):
                data = shorter
            else:
                at += size
        size //= 2
    return data


def kept(folder: Path, name: str, data: bytes) -> Path:
    """Where the finding was put."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{hashlib.sha256(data).hexdigest()[:8]}"
    path.write_bytes(data)
    return path


def _fails(data: bytes, target: Callable[[bytes], None], wanted: tuple[str, str, int]) -> bool:
    try:
        target(data)
    except Exception as fault:  # noqa: BLE001 - whatever it is
        return _signature(fault) == wanted
    return False


def _signature(fault: Exception) -> tuple[str, str, int]:
    """What went wrong and where."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else ("", 0)
    return type(fault).__name__, *where
