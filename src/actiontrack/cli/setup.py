"""`init`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from actiontrack.cli.base import Session, command, say


@command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".", metavar="[DIR]")
@click.option("--board", required=True, metavar="NAME", help="The board's name.")
@click.option("--nation", type=click.Choice(["ENG", "WLS", "SCT", "NIR"]), default="ENG", show_default=True,
              help="Whose bank holidays count.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Print what would be written; write nothing.")
@click.pass_obj
def init(session: Session, folder: Path, board: str, nation: str, dry_run: bool) -> None:
    """Write actiontrack.toml, with comments, and make the store."""
    from actiontrack.cli.output import print_line
    from actiontrack.errors import UserError
    from actiontrack.runtime import open_runtime
    from actiontrack.settings import CONFIG_NAME
    from actiontrack.settings.starter import starter

    file = folder / CONFIG_NAME
    if file.exists():
        raise UserError(f"{file} is there already; edit it, or name another folder")
    if not board.strip():
        raise UserError("--board needs a name")
    text = starter(board.strip(), nation)
    if dry_run:
        session.show({"config": str(file), "store": None, "text": text}, lambda: print(text, end=""))
        say("nothing was written")
        return
    folder.mkdir(parents=True, exist_ok=True)
    _write_new(file, text)
    with open_runtime(str(file)) as runtime:
        store = str(runtime.settings.store_file)
    told = {"config": str(file), "store": store}

    def human() -> None:
        print_line(f"Wrote {file} and made {store}.")
        print_line("Next: name your agencies and workbooks in it, then run `actiontrack sync --dry-run`.")

    session.show(told, human)


def _write_new(file: Path, text: str) -> None:
    """Never over a file that came in the meantime."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as stream:
        stream.write(text)
