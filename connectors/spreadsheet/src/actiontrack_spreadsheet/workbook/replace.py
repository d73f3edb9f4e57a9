"""Putting a checked result in the place of a file: compare, keep a backup, swap in one step."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from .errors import StaleWorkbook, WorkbookBusy
from .package import read_bytes
from .ring import Ring, sync_folder

_LOCK_NAME = re.compile(r"~\$.+|\.~lock\..+#\Z")
_READABLE = re.compile(r"[^\W_][\w .,'@-]*")


def replace_file(path: Path, data: bytes, *, expected_sha256: str, backup_dir: Path) -> Path:
    """Replace a file's content in one step; the backup's path. A symlink stays one, its target is replaced.

    Raises StaleWorkbook when the file is not ``expected_sha256``, WorkbookBusy when another program holds it, or no
    backup could be kept.
    """
    target = path.resolve()
    try:
        temporary = _write_beside(target, data)
        try:
            original = read_bytes(target)
            check_unchanged(path, original, expected_sha256)
            backup = Ring(backup_dir, target).keep(original)
            os.replace(temporary, target)  # noqa: PTH105 - named after what it promises
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except PermissionError:
        raise WorkbookBusy(f"{path.name}: cannot be written now (open elsewhere, or no permission)") from None
    except OSError as error:
        raise WorkbookBusy(f"{path.name}: cannot be written now ({error.strerror}); it is as it was") from None
    sync_folder(target.parent)
    return backup


def check_unchanged(path: Path, data: bytes, expected_sha256: str) -> None:
    """Raise StaleWorkbook unless the content is the one the edits were planned against."""
    if hashlib.sha256(data).hexdigest() != expected_sha256:
        raise StaleWorkbook(f"{path.name}: changed since it was read; nothing was written, read it again")


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


def _write_beside(target: Path, data: bytes) -> Path:
    """A temporary file in the same folder, on disk, with the mode and owner of the target."""
    handle, name = tempfile.mkstemp(prefix=".actiontrack-", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        state = target.stat()
        Path(name).chmod(state.st_mode & 0o7777)
        if hasattr(os, "chown"):
            with suppress(PermissionError):  # only root may give files away
                os.chown(name, state.st_uid, state.st_gid)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
