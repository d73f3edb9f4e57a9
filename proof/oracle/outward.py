"""What each instance's cells must say after a run: what is here and not there yet, where nothing holds it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proof.oracle.facts import LOGS, UNIT, same, shown, visible
from proof.oracle.words import UNREADABLE

if TYPE_CHECKING:
    from proof.oracle.oracle import Oracle, Side


class Outward:
    """The outbound half of one run, after all of the inbound half."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle

    def plan(self) -> None:
        """Write into every row that is there; what was written is the new base."""
        for side in self._oracle.sides.values():
            placed = side.placed
            if side.guarded or placed is None:
                continue
            for ref, cells in placed.said.items():
                if ref not in side.held:
                    self._write_row(side, ref, cells)

    def _write_row(self, side: Side, ref: str, cells: dict[str, str]) -> None:
        oracle, base = self._oracle, side.base[ref]
        ours = shown(oracle.facts[ref], side.agency, side.columns)
        if (side.name, ref, "look_again") in oracle.issues and cells["look_again"] != UNREADABLE:
            oracle.thawed |= ours["status"] == "blocked"  # told of because nothing was: now there is
        for name in side.columns:
            if name in LOGS:
                self._write_log(side, ref, name)
                continue
            if same(name, ours[name], base[name]) or base[name] != cells[name]:
                continue
            parts = UNIT if name in UNIT else (name,)
            asked = any((side.name, ref, part) in oracle.pending for part in parts)
            if not asked and not oracle.is_frozen(side, ref, name):
                base[name] = side.read[ref][name] = ours[name]
                oracle.counts["write"] += 1

    def _write_log(self, side: Side, ref: str, name: str) -> None:
        oracle = self._oracle
        text = oracle.unheard(side, ref, name)
        if text == side.base[ref][name]:
            text = ""
        if text and (side.name, ref, name) in oracle.pending:
            return
        if text:
            side.base[ref][name] = side.read[ref][name] = text
            oracle.counts["write"] += 1
        entries = visible(oracle.facts[ref], side.agency, name)
        if entries:
            side.heard[ref, name] = entries[-1][0]
