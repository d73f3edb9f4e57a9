"""Writes docs/reference from the code; tests/docs/test_reference.py checks that it is up to date."""

from __future__ import annotations

import ast
import inspect
import textwrap
import tomllib
import typing
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import pairwise
from pathlib import Path

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from actiontrack.cli.front import root
from actiontrack.domain.policy import LadderStep
from actiontrack.hooks import load_plugins
from actiontrack.settings.tables import (
    AgencyTable,
    BoardTable,
    ConnectorTable,
    HintsTable,
    NotifierTable,
    OutboundTable,
    PlatformTable,
    ScheduleTable,
    StoreTable,
    SubscriptionTable,
)

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
WIDTH = 100

TABLES: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("[board]", BoardTable, "Whose suite this is, and what it may set about the rules."),
    ("[[board.ladder]]", LadderStep, "A step of the board's own escalation ladder; with none, the default one."),
    ("[store]", StoreTable, "Where the records are kept. Without this table: a SQLite file beside the configuration."),
    (
        "[outbound]",
        OutboundTable,
        "Where connectors may go over HTTP; without it, each to the host of its own url only.",
    ),
    ("[hints]", HintsTable, "Where systems may tell `run` of a change; without it, nobody listens."),
    ("[[agency]]", AgencyTable, "An organisation that acts."),
    ("[[connector]]", ConnectorTable, "One instance of a connector. Its type has keys of its own, below."),
    ("[platform]", PlatformTable, "The system the board hosts its reviews on. Its type has keys of its own, below."),
    ("[[schedule]]", ScheduleTable, "What `actiontrack run` does, and when."),
    ("[[notifier]]", NotifierTable, "A way to tell people. Its type has keys of its own, below."),
    ("[[subscription]]", SubscriptionTable, "A report that `actiontrack run` makes and sends by itself."),
)


WHERE = """\
One TOML file: `--config FILE`, else `$ACTIONTRACK_CONFIG`, else `actiontrack.toml` here or in a parent folder. Relative
paths are relative to the file. A [worked example](../../config/actiontrack.toml) has every table.

A key that does not exist, or a value that cannot be, stops every command with exit code 3 and one line that names file,
line, value and the nearest valid key.
"""
ENVIRONMENT = """\
## The environment

| variable | meaning |
| --- | --- |
| `ACTIONTRACK_CONFIG` | the configuration file |
| `ACTIONTRACK_USER` | who acts, where `--by` does not say |
| `AT_NOW` | an ISO instant that fixes the clock |
| `NO_COLOR` | no colours, whatever it holds |
| `ACTIONTRACK_DEBUG` | shows the traceback of a fault of ours |
"""
SHARED = """\
`--json`, `--by` and `--config` may stand before or after any command. Data is printed on stdout, messages on stderr.
Exit codes: 0 ok · 1 done, and a person is needed · 2 usage · 3 configuration · 4 partial · 5 every instance failed for
now; the highest applies.

REF is an Action ID, or the plan's own number where only one action has it.
"""
HEAD = "# {}\n\n<!-- Written by `make docs` from the code. -->\n"


def configuration() -> str:
    """The text of configuration.md."""
    parts = [HEAD.format("Configuration"), WHERE, *(_table(title, model, text) for title, model, text in TABLES)]
    hooks = load_plugins()
    for name, offered in sorted(hooks.connectors.items()):
        text = f'Keys of `type = "{name}"`, in its `[[connector]]`.'
        parts.append(_table(f'type = "{name}"', offered.options_model, text))
    for name, offered in sorted(hooks.platforms.items()):
        text = f'Keys of `type = "{name}"`, in `[platform]`.'
        parts.append(_table(f'[platform] type = "{name}"', offered.options_model, text))
    for name, offered in sorted(hooks.notifiers.items()):
        text = f'Keys of `type = "{name}"`, in its `[[notifier]]`.'
        parts.append(_table(f'[[notifier]] type = "{name}"', offered.options_model, text))
    return "\n".join([*parts, ENVIRONMENT])


def _table(title: str, model: type[BaseModel], text: str) -> str:
    meanings = _meanings(model)
    rows = "\n".join(_row(name, field, meanings.get(name, "")) for name, field in model.model_fields.items())
    return f"## {title}\n\n{text}\n\n| key | takes | default | meaning |\n| --- | --- | --- | --- |\n{rows}\n"


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """The docstring below each field, of the model's parents too; a description given in the code wins."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            (node,) = ast.parse(textwrap.dedent(inspect.getsource(each))).body
            for field, text in pairwise(typing.cast("ast.ClassDef", node).body):
                if (
                    isinstance(field, ast.AnnAssign)
                    and isinstance(text, ast.Expr)
                    and isinstance(text.value, ast.Constant)
                ):
                    found[ast.unparse(field.target)] = str(text.value.value)
    given = {name: field.description for name, field in model.model_fields.items() if field.description}
    return {**found, **given}


def _row(name: str, field: FieldInfo, text: str) -> str:
    meaning = " ".join(text.split()).replace("|", "\\|")
    return f"| `{name}` | {_takes(field.annotation)} | {_default(field)} | {meaning} |"


def _takes(annotation: object) -> str:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return " · ".join(f"`{word}`" for word in inner if word)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " · ".join(f"`{member.value}`" for member in annotation)
    if origin in (tuple, list):
        return f"list of {_takes(inner[0])}"
    if origin is dict:
        return "table"
    if inner:
        return " or ".join(dict.fromkeys(_takes(each) for each in inner if each is not type(None)))
    names = {str: "text", int: "number", float: "number", bool: "true or false"}
    return names.get(typing.cast("type", annotation), "table")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "**needed**"
    if isinstance(value, Enum):
        value = value.value
    if value in ("", (), {}, [], None):
        return ""
    shown = str(value).lower() if isinstance(value, bool) else str(list(value) if isinstance(value, tuple) else value)
    return f"`{shown}`"


def commands() -> str:
    """The text of cli.md."""
    plugins = sorted(load_plugins().commands)
    parts = [HEAD.format("Commands"), SHARED, _help(root, "actiontrack"), *_each(root, "actiontrack", plugins)]
    return "\n".join(parts)


def _each(group: click.Group, path: str, plugins: Iterable[str] = ()) -> Iterator[str]:
    """Each command's help; those of plugins, which `--help` does not list, come after ours."""
    context = click.Context(group, info_name=path)
    for name in (*group.list_commands(context), *plugins):
        command = group.get_command(context, name)
        if command is None:
            raise LookupError(f"{path} lists {name} and has none")
        if isinstance(command, click.Group):
            yield from _each(command, f"{path} {name}")
        else:
            yield _help(command, f"{path} {name}")


def _help(command: click.Command, path: str) -> str:
    context = click.Context(command, info_name=path, terminal_width=WIDTH, max_content_width=WIDTH)
    lines = [line.rstrip() for line in command.get_help(context).splitlines()]
    return f"## {path}\n\n```text\n" + "\n".join(lines) + "\n```\n"


PAGES = {"configuration.md": configuration, "cli.md": commands}


SYSTEMS = "<!-- systems: made by `make docs` from each connector's quality.toml -->"


def readme() -> str:
    """README.md with its table of systems as the connectors' quality.toml files say."""
    before, _, rest = (ROOT / "README.md").read_text(encoding="utf-8").partition(SYSTEMS)
    _, _, after = rest.partition(SYSTEMS)
    rows = [
        "| system | version | what was run for real | how it compares before it writes | quality |",
        "| --- | --- | --- | --- | --- |",
    ]
    for path in sorted(ROOT.glob("connectors/*/quality.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        name = f"[{told['system']['name']}](connectors/{path.parent.name}/README.md)"
        system, strength = told["system"], told["concurrency"]["strength"]
        quality = told["scale"] or "not yet bronze"
        rows.append(f"| {name} | {system['version']} | {system['ran']} | {strength} | {quality} |")
    return f"{before}{SYSTEMS}\n{chr(10).join(rows)}\n{SYSTEMS}{after}"


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")
    (ROOT / "README.md").write_text(readme(), encoding="utf-8")


if __name__ == "__main__":
    main()
