"""Import: adoption's inbound half. The file is read as a board's workbook is, and never written.

It is kept as an instance named "import:PATH" with links and bases, so that reading it again, or adopting it, creates
nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from actiontrack.domain.ledger import Instance
from actiontrack.domain.nouns import Action, Recommendation, Review
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import UserError
from actiontrack.ports import Connector, InstanceContext, InstanceSettings, Observation, Reader
from actiontrack.services.core import Core
from actiontrack.services.records.desk import Desk
from actiontrack.services.sync.lane import Lane
from actiontrack.services.sync.lanes import finish_in, make_lane, merge_in, open_ledger, store_lane
from actiontrack.services.sync.problems import ProblemRow, problem_rows
from actiontrack.services.sync.steps import ConnectorResult, Step

TYPE = "spreadsheet"


@dataclass(slots=True)
class ImportResult:
    """What an import found and made."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    created: dict[str, int] = field(default_factory=dict)
    updated: int = 0
    problems: list[ProblemRow] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    conflicts: int = 0
    proposals: int = 0

    def to_json(self) -> dict[str, Any]:
        """As `import --json` prints it."""
        return asdict(self)


class _Undo(Exception):  # noqa: N818 - not an error: a dry run takes its transaction back
    pass


def import_file(
    core: Core,
    path: Path,
    *,
    review: str = "",
    mapping: Mapping[str, str] | None = None,
    connector: str = "",
    dry_run: bool = False,
    who: str,
) -> ImportResult:
    """Take a workbook's actions in. Raises UserError where it can't be read, RetryableError where it is open."""
    settings = _settings(core, path, review, mapping or {}, connector)
    source = _connector(core, settings)
    seen = source.observe("", {})
    result = ImportResult()
    try:
        with core.store.writing(who, f"import:{path.name}") as writer:
            before = _counts(writer)
            writer.put(*core.agencies)
            desk = Desk(writer, core.board, core.clock.now())
            lane = _lane(core, desk, settings, writer, seen, source)
            if merge_in(lane, writer, who, (), ""):
                finish_in(lane, writer, who)
            store_lane(lane, writer, writer.head())
            writer.put(*lane.ledger.changed.values())
            after = _counts(writer)
            _fill(result, lane, before, after, writer)
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    return result


def _settings(core: Core, path: Path, review: str, mapping: Mapping[str, str], connector: str) -> InstanceSettings:
    if connector:
        lines = {**core.instances, **core.folders}
        if connector not in lines:
            raise UserError(f"No connector is called “{connector}”. `actiontrack connector list` shows them.")
        chosen = lines[connector]
        given = dict(chosen.options) | {"path": str(path.resolve())}
        return replace(
            chosen, options=_options(core, chosen.type, given), review=review or chosen.review, side=Side.BOARD
        )
    given = {"path": str(path.resolve())} | ({"columns": dict(mapping)} if mapping else {})
    return InstanceSettings(path.name, TYPE, Side.BOARD, review=review, options=_options(core, TYPE, given))


def _options(core: Core, type_: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """As the settings give them: checked by the type's own model."""
    if type_ not in core.hooks.connectors:
        raise UserError(f"No connector of type “{type_}” is installed: install actiontrack-{type_}.")
    known = core.hooks.connectors[type_].options_model.model_fields
    return {name: value for name, value in given.items() if name in known and name != "create"}


def _connector(core: Core, settings: InstanceSettings) -> Connector:
    context = InstanceContext(
        name=settings.name, folder=".", state_folder="", clock=core.clock,
        agencies=tuple(each.name for each in core.agencies), board_name=core.board.name, inbound_only=True,
    )  # fmt: skip
    return core.hooks.connectors[settings.type].factory(settings, context)


def _lane(
    core: Core, desk: Desk, settings: InstanceSettings, reader: Reader, seen: Observation, source: Connector
) -> Lane:
    name = f"import:{seen.source}"
    instance = reader.get(Instance, name) or Instance(name=name)
    named = replace(settings, name=name)
    ledger = open_ledger(reader)
    return make_lane(core, desk, ledger, named, instance, seen, ConnectorResult(name), source, inbound_only=True)


def _counts(reader: Reader) -> dict[str, int]:
    return {
        "reviews": reader.count(Review),
        "recommendations": reader.count(Recommendation),
        "actions": reader.count(Action),
    }


def _fill(
    result: ImportResult, lane: Lane, before: Mapping[str, int], after: Mapping[str, int], reader: Reader
) -> None:
    result.mapping = dict(lane.seen.columns)
    result.rows = len(lane.seen.records)
    result.created = {name: after[name] - before[name] for name in after}
    result.updated = lane.result.updated_here
    result.problems = problem_rows(reader, lane.name, lane.settings.options)
    result.steps = lane.steps
    result.conflicts = sum(1 for each in lane.ledger.conflicts.values() if lane.name in each.sides)
    result.proposals = sum(1 for each in _open_proposals(lane))


def _open_proposals(lane: Lane) -> Iterator[object]:
    for each in (*lane.ledger.proposals.values(), *lane.ledger.others.values()):
        if each.instance == lane.name and each.closed_at is None:
            yield each
