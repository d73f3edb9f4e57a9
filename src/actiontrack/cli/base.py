"""What every command shares: the options that may stand before or after it, the session, the way out."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from actiontrack.domain.fields import Actor
    from actiontrack.ports import App
    from actiontrack.runtime import Runtime
    from actiontrack.services.core import Core


_HERE = "\ufdd0"
"""Where a document's lines belong: a character that no text holds."""

DRY_RUN = click.option("--dry-run", is_flag=True, help="Show the outcome; store nothing.")
"""Of a command that stores something."""


@dataclass
class Session:
    """One run of the command line: where the configuration is, who acts for whom, and how to answer."""

    config: str = ""
    json: bool = False
    by: str = ""
    agency: str = ""

    @property
    def who(self) -> str:
        """`--by`, else `$ACTIONTRACK_USER`, else the operating system's user."""
        return self.by or os.environ.get("ACTIONTRACK_USER", "") or _system_user()

    @contextlib.contextmanager
    def runtime(self) -> Iterator[Runtime]:
        """The suite, wired as the configuration says."""
        from actiontrack.runtime import open_runtime

        with open_runtime(self.config) as runtime:
            yield runtime

    @contextlib.contextmanager
    def core(self) -> Iterator[Core]:
        """What use cases are given."""
        with self.runtime() as runtime:
            yield runtime.core

    @contextlib.contextmanager
    def app(self) -> Iterator[App]:
        """The use cases as a plugin's command is handed them."""
        from actiontrack.services.use_cases import UseCases

        with self.core() as core:
            yield UseCases(core)

    def actor(self, core: Core) -> Actor:
        """The Board, or the agency `--agency` names (a code or any of its names)."""
        from actiontrack.domain.fields import Actor
        from actiontrack.domain.vocabulary import Side

        if not self.agency:
            return Actor(Side.BOARD)
        return Actor(Side.AGENCY, agency_code(core, self.agency))

    def show(self, data: object, human: Callable[[], None]) -> None:
        """Answer on stdout: one JSON document, or what `human` prints."""
        if self.json:
            print_json(data)
        else:
            human()

    def line(self, text: str) -> None:
        """Print one line."""
        from actiontrack.cli.output import print_line

        print_line(text)

    def table(self, rows: Iterable[Mapping[str, Any]], columns: Sequence[tuple[str, str]], *, empty: str = "") -> None:
        """Print rows under headings."""
        from actiontrack.cli.output import print_table

        print_table(rows, columns, empty=empty)

    @contextlib.contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Show on a terminal that work is under way; elsewhere nothing."""
        if self.json or not sys.stderr.isatty():
            yield
            return
        from rich.console import Console

        with Console(stderr=True).status(f"{what} …"):
            yield


def _system_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def agency_code(core: Core, word: str) -> str:
    """The code of the agency that goes by that code, name or alias. Raises UserError."""
    from actiontrack.errors import UserError

    wanted = word.strip().casefold()
    for agency in core.agencies:
        if wanted in {name.casefold() for name in (agency.code, agency.name, *agency.aliases)}:
            return agency.code
    known = ", ".join(agency.code for agency in core.agencies) or "none"
    raise UserError(f"no agency goes by {word!r}; the configuration has {known}")


_LINES_AT_ONCE = 2000


class Lines(Sequence[Any]):
    """Rows of a JSON document, each made when it is asked for: there may be hundreds of thousands."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: Any) -> Any:
        return [each.to_json() for each in self._rows[at]] if isinstance(at, slice) else self._rows[at].to_json()

    def write(self, stream: TextIO) -> None:
        """As a JSON array, a row a line."""
        from pydantic_core import to_json  # half the time that json takes

        stream.write("[")
        for start in range(0, len(self), _LINES_AT_ONCE):
            some = ",\n    ".join(to_json(each).decode() for each in self[start : start + _LINES_AT_ONCE])
            stream.write(f"{',' if start else ''}\n    {some}")
        stream.write("\n  ]" if self._rows else "]")


def print_json(data: object, stream: TextIO | None = None) -> None:
    """One JSON document, in UTF-8, dates as ISO text. Of a mapping, one value may be `Lines`."""
    import json
    from datetime import date

    lines: list[Lines] = []

    def plain(value: object) -> str:
        if isinstance(value, Lines):
            lines.append(value)
            return _HERE
        return value.isoformat() if isinstance(value, date) else str(value)

    out = stream or sys.stdout
    before, _, after = json.dumps(data, ensure_ascii=False, indent=2, default=plain).partition(f'"{_HERE}"')
    out.write(before)
    for each in lines:
        each.write(out)
    out.write(f"{after}\n")


def say(text: str) -> None:
    """A message for the person at the terminal, apart from the data."""
    print(text, file=sys.stderr)


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def callback(ctx: click.Context, _param: click.Parameter, value: Any) -> Any:
        if value:
            setattr(ctx.ensure_object(Session), name, value)
        return value

    return callback


def shared_options(*, agency: bool) -> list[click.Option]:
    """`--config`, `--json` and `--by`, wherever they stand; `--agency` before the command, where it says who acts."""
    options = [
        click.Option(["--config"], metavar="FILE", expose_value=False, callback=_keep("config"),
                     help="The configuration (default: $ACTIONTRACK_CONFIG, else actiontrack.toml here or above)."),
        click.Option(["--json"], is_flag=True, expose_value=False, callback=_keep("json"),
                     help="Print one JSON document."),
        click.Option(["--by"], metavar="WHO", expose_value=False, callback=_keep("by"),
                     help="Who acts (default: $ACTIONTRACK_USER, else the system's user)."),
    ]  # fmt: skip
    if agency:
        options.append(
            click.Option(["--agency"], metavar="CODE", expose_value=False, callback=_keep("agency"),
                         help="Act for this agency instead of the Board.")
        )  # fmt: skip
    return options


class Command(click.Command):
    """A command that takes the shared options as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(shared_options(agency=False))


class Group(click.Group):
    """A noun: `actiontrack NOUN VERB`."""

    command_class = Command


@dataclass(frozen=True)
class Lazy:
    """A command that is imported when called: its module's attribute, and its line in `--help`."""

    module: str
    attribute: str
    help: str


class LazyGroup(click.Group):
    """Lists its commands without importing them."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy
        self.params.extend(shared_options(agency=True))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table: what one does first stands first."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module; a name that is not ours may be a plugin's."""
        found = self._lazy.get(cmd_name)
        if found is None:
            return self._of_plugin(cmd_name)
        command = getattr(importlib.import_module(f"actiontrack.cli.{found.module}"), found.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{found.attribute} is no command")
        return command

    def _of_plugin(self, name: str) -> click.Command | None:
        from actiontrack.hooks import load_plugins

        offered = load_plugins().commands.get(name)
        return with_shared_options(offered.load()) if offered else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command where there is none of that name."""
        import difflib

        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            near = difflib.get_close_matches(args[0], self._lazy, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise click.UsageError(f"there is no command {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.help) for name, each in self._lazy.items()])


def with_shared_options(command: click.Command) -> click.Command:
    """A plugin's command, or each of its verbs, takes the shared options as our own do."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            with_shared_options(each)
    elif not any(option.name == "config" for option in command.params):
        command.params.extend(shared_options(agency=False))
    return command


def command(name: str, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A command of its own (not in a group), with the shared options."""
    return click.command(name, cls=Command, **kwargs)
