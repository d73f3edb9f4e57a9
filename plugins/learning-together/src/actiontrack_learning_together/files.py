"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from actiontrack.api import UserError


def write_whole(path: Path, content: bytes) -> None:
    """Put it in place in one step. Raises UserError."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        try:
            with made.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            made.replace(path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error.strerror}).") from None
