"""The front door: the table of commands, errors as one line, exit codes."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import click

from actiontrack import __version__, errors
from actiontrack.cli.base import Lazy, LazyGroup, Session, print_json, say

FAULT = 70
"""Exit code of a fault of ours (EX_SOFTWARE of sysexits.h)."""

_OBJECTS_BETWEEN_COLLECTIONS = 200_000
"""Importing what a command needs makes more than half as many, none of them rubbish."""

COMMANDS = {
    "demo": Lazy("demo", "demo", "The whole job on made-up data: start here."),
    "init": Lazy("setup", "init", "Write a configuration and make the store."),
    "sync": Lazy("sync", "sync", "Bring the store and every workbook or system into step."),
    "import": Lazy("sync", "import_", "Read a plan into the store; its file is never written."),
    "action": Lazy("actions", "action", "List, show, add and change actions."),
    "review": Lazy("nouns", "review", "List, show, add and change reviews."),
    "episode": Lazy("nouns", "episode", "List, show, add and change key practice episodes."),
    "finding": Lazy("nouns", "finding", "List, show, add and change findings."),
    "recommendation": Lazy("nouns", "recommendation", "List, show, add and change recommendations."),
    "meeting": Lazy("nouns", "meeting", "List, show, add and change meetings."),
    "decision": Lazy("meetings", "decision", "What the Board decided, and why: list, show, add."),
    "conflict": Lazy("decisions", "conflict", "What two sides changed differently: list, resolve."),
    "proposal": Lazy("decisions", "proposal", "What only its owner may decide: list, accept, refuse."),
    "sweep": Lazy("sweep", "sweep", "What is overdue, and who must be told."),
    "escalation": Lazy("escalation", "escalation", "Why an action was, is or will be escalated."),
    "sends": Lazy("sends", "sends", "What people were told, and what waits to go."),
    "report": Lazy("report", "report", "The board pack."),
    "connector": Lazy("connectors", "connector", "What is configured, and whether it can be reached."),
    "platform": Lazy("platform", "platform", "The case-management platform a board hosts its reviews on."),
    "workbook": Lazy("workbooks", "workbook", "Make an agency its workbook, and bring it up to date."),
    "run": Lazy("scheduler", "run", "The scheduler."),
    "audit": Lazy("audit", "audit", "Verify or export the chain of changes."),
    "backup": Lazy("backup", "backup", "Copy the store to a file."),
    "restore": Lazy("backup", "restore", "Put a backup in the store's place."),
    "status": Lazy("health", "status", "What needs a person."),
    "doctor": Lazy("health", "doctor", "Check configuration, store, connectors and plugins."),
    "plugin": Lazy("connectors", "plugin", "Which plugins are installed."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
@click.version_option(__version__, prog_name="actiontrack")
@click.pass_context
def root(ctx: click.Context) -> None:
    """Carry the recommendations of case reviews through to proof that practice changed."""
    ctx.ensure_object(Session)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors become one line on stderr."""
    session = Session(json="--json" in arguments)
    try:
        done = root.main(args=list(arguments), prog_name="actiontrack", standalone_mode=False, obj=session)
    except click.exceptions.Abort:
        return _fail(session, "stopped", 130)
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "actiontrack"
        return _fail(session, f"{error.format_message().rstrip('.')} (see `{where} --help`)", 2)
    except errors.ActionTrackError as error:
        return _fail(session, str(error), exit_code(error), _questions(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(session, _system_line(error), 2)
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours, told without what it was handling
        return _fail(session, _fault_line(error), FAULT)
    return done if isinstance(done, int) else 0


def exit_code(error: errors.ActionTrackError) -> int:
    """What an error that ended the command exits with."""
    if isinstance(error, errors.UserError):
        return error.exit_code
    if isinstance(error, errors.RetryableError):
        return 5
    return 2


def _fail(session: Session, text: str, code: int, questions: Sequence[Mapping[str, str]] = ()) -> int:
    line = " ".join(text.split())
    say(f"actiontrack: {line}")
    if session.json:
        told = {"error": line, "exit_code": code}
        print_json(told | ({"problems": list(questions)} if questions else {}))
    return code


def _questions(error: errors.ActionTrackError) -> list[dict[str, str]]:
    """The questions of a source that can't be taken in before they are answered, each with its place."""
    from actiontrack.ports import Unanswered

    if not isinstance(error, Unanswered):
        return []
    return [
        {"sheet": each.sheet, "cell": each.cell, "value": each.value, "why": each.text, "do": each.do}
        for each in error.problems
    ]


def _system_line(error: OSError) -> str:
    name = f"{error.filename}: " if error.filename else ""
    return f"{name}{error.strerror or 'the system refused'}"


def _fault_line(error: Exception) -> str:
    """Where it happened, not what it held: values may be about people. $ACTIONTRACK_DEBUG shows the traceback."""
    if os.environ.get("ACTIONTRACK_DEBUG"):
        traceback.print_exc()
    last: TracebackType | None = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    place = f" at {Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last else ""
    return f"a fault of ours ({type(error).__name__}{place}); please report it ($ACTIONTRACK_DEBUG=1 shows more)"


def main() -> None:
    """The program `actiontrack`."""
    # A plan of ten thousand rows is made of millions of objects that live as long as the command does: looking through
    # them for rubbish every 700 new ones takes a fifth of the time and finds none.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if "--json" in sys.argv:
        with contextlib.suppress(AttributeError):
            sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    code = run(sys.argv[1:])
    # All of it goes with the process; Python would look through it for rubbish once more.
    gc.freeze()
    sys.exit(code)
