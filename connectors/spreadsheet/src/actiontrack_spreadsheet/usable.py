"""Whether a file can be used: it is there, and nobody has it open; and its hash. No reader of workbooks is needed."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path

from actiontrack.api import RetryableError, UserError

_LOCK_NAME = re.compile(r"~\$.+|\.~lock\..+#\Z")
_READABLE = re.compile(r"[^\W_][\w .,'@-]*")


def refuse_unusable(path: Path) -> None:
    """Say so where this path can't be an instance's file, is missing, or is open elsewhere."""
    if is_lock_file(path):
        raise UserError(f"{path.name}: it is only the mark of an open file; name the workbook itself under path")
    if path.is_dir():
        raise UserError(f"{path}: it is a folder; name the workbook in it under path")
    if not path.exists():
        raise UserError(f"{path}: there is no such file; mend path, or say create = true to have it made")
    refuse_open(path)


def refuse_open(path: Path) -> None:
    """Say so where somebody has the file open."""
    who = open_elsewhere(path)
    if who is not None:
        by = f" by {who}" if who else ""
        raise RetryableError(f"{path.name}: it is open{by}; it is left alone until it is closed", retry_after=300)


def file_hash(path: Path) -> str:
    """SHA-256 of the file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_lock_file(path: Path | str) -> bool:
    """``~$plan.xlsx`` and ``.~lock.plan.xlsx#`` are no workbooks."""
    return bool(_LOCK_NAME.match(Path(path).name))


def open_elsewhere(path: Path | str) -> str | None:
    """Who seems to have the file open (from Excel's ``~$`` or LibreOffice's ``.~lock`` file), or None."""
    path = Path(path)
    office = path.with_name(f".~lock.{path.name}#")
    with suppress(OSError):
        fields = office.read_text("utf-8", "replace").split(",")
        return next((field.strip() for field in fields if field.strip()), "somebody")
    # Excel shortens long names: it drops the first two characters.
    for name in (f"~${path.name}", f"~${path.name[2:]}"):
        with suppress(OSError):
            return _excel_user(path.with_name(name).read_bytes())
    return None


def _excel_user(data: bytes) -> str:
    """The name in an owner file: a length, then the name, in one byte each, then again in two."""
    name = data[1 : 1 + data[0]].decode("cp1252", "replace") if data else ""
    found = _READABLE.match(name.strip())
    return found[0].strip() if found else "somebody"
