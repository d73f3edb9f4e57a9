"""Whatever files a folder holds and held: each is one instance, by a name that stays, and of one agency at most."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from actiontrack.domain.ledger import Instance
from actiontrack.domain.nouns import Agency
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import InstanceSettings, Place
from actiontrack.services.folders import Surroundings, members

BASE = Path("/no such place/board")
AT = datetime(2026, 11, 24, tzinfo=UTC)
AGENCIES = [Agency(code="POL", name="Norchester Police"), Agency(code="HEA", name="Health Trust", aliases=("Trust",))]
STEMS = st.sampled_from(["police", "POL", "pol", "HEA return", "trust", "POL and HEA", "plan", "plan.csv", "POL.csv"])
FILES = st.builds(
    lambda below, stem, suffix: f"{below}{stem}{suffix}",
    st.sampled_from(["", "", "old/"]), STEMS, st.sampled_from([".xlsx", ".csv", ".xlsm"]),
)  # fmt: skip


@dataclass
class Folder:
    """What a plugin would tell of these files; `marks` maps one to the instance its mark names."""

    files: Sequence[str]
    marks: Mapping[str, str] = field(default_factory=dict)

    def are_many(self, options: Mapping[str, Any], base: Path) -> bool:
        return True

    def place(self, options: Mapping[str, Any], base: Path) -> Place:
        return Place(base / "returns")

    def found(self, options: Mapping[str, Any], base: Path) -> Sequence[str]:
        return sorted(self.files)

    def binding(self, path: Path) -> str:
        marked = self.marks.get(str(path.relative_to(BASE / "returns")), "")
        return json.dumps({"store": "s", "instance": marked}) if marked else ""

    def matters(self, path: Path) -> bool:
        return True

    def waits(self, path: Path) -> str:
        return ""

    def whole(self, path: Path) -> bool:
        return True

    def proof(self, path: Path) -> str:
        return ""


def told(folder: Folder, stored: Mapping[str, Instance], **rules: str) -> dict[str, InstanceSettings]:
    line = InstanceSettings("returns", "t", Side.AGENCY, options={"path": "returns/"}, files=rules)
    around = Surroundings(
        base=BASE, store_id="s", stored=stored, agencies=AGENCIES, lines=["returns"], taken=(), keep_out=()
    )
    made = members(line, folder, around)
    assert len({each.name for each in made}) == len(made)
    return {str(Path(each.options["path"]).relative_to(BASE / "returns")): each for each in made}


def adopted(made: Mapping[str, InstanceSettings]) -> dict[str, Instance]:
    """What the store knows once those that can be taken in were."""
    return {
        each.name: Instance(
            name=each.name, source=str(BASE / "returns" / file), adopted_at=AT, agency=each.agency, binding="x"
        )
        for file, each in made.items()
        if not each.fault
    }


@given(files=st.sets(FILES, max_size=6), more=st.sets(FILES, max_size=4))
def test_each_file_is_one_instance_and_keeps_its_name(files: set[str], more: set[str]) -> None:
    first = told(Folder(sorted(files)), {})
    assert set(first) == files
    known = adopted(first)
    again = told(Folder(sorted(files | more)), known)
    assert set(again) == files | more
    assert all(again[file] == first[file] for file in files if not first[file].fault)


@given(files=st.sets(FILES, max_size=6))
def test_no_agency_has_two_files_and_none_is_given_to_an_agency_its_name_does_not_name(files: set[str]) -> None:
    made = told(Folder(sorted(files)), {})
    agencies = [each.agency for each in made.values() if not each.fault]
    assert len(agencies) == len(set(agencies))
    for file, each in made.items():
        words = file.rpartition(".")[0].lower().replace(".", " ").replace("/", " ").split()
        assert each.agency in {"": "", "POL": "POL", "HEA": "HEA"}
        if each.agency:
            assert {"POL": "pol" in words, "HEA": "hea" in words or "trust" in words}[each.agency]
        assert bool(each.agency) != bool(each.fault)


@given(files=st.sets(FILES, max_size=5), left=st.integers(0, 31))
def test_what_was_taken_in_and_is_gone_fails_until_it_is_back_or_left_out(files: set[str], left: int) -> None:
    known = adopted(told(Folder(sorted(files)), {}))
    there = {file for at, file in enumerate(sorted(files)) if left >> at & 1}
    names = {instance.name for instance in known.values() if Path(instance.source).name not in map(file_name, there)}
    made = {each.name: each for each in told(Folder(sorted(there)), known).values()}
    assert names <= set(made)
    assert all("is gone" in made[name].fault and made[name].agency for name in names)
    gone = {file_name(Path(known[name].source)): "" for name in names}
    assert not names & {each.name for each in told(Folder(sorted(there)), known, **gone).values()}


def file_name(path: str | Path) -> str:
    return Path(path).name


@given(file=FILES, renamed=FILES, copies=st.sets(FILES, max_size=3))
def test_a_mark_names_one_heir_or_none(file: str, renamed: str, copies: set[str]) -> None:
    known = adopted(told(Folder([file]), {}, **{"*": "POL"}))
    (name,) = known
    there = copies | {renamed}
    made = told(Folder(sorted(there), dict.fromkeys(there, name)), known)
    heirs = [each for path, each in made.items() if path != file and each.formerly and not each.fault]
    if file in there or len(there) > 1:
        assert heirs == []
    else:
        (heir,) = heirs
        assert (heir.formerly, heir.agency) == (name, "POL")
    named = [each for each in made.values() if each.name == name]
    assert len(named) == 1 or (heirs and not named), "it is never silently forgotten"
