"""Regimes, clocks and labels: what is shipped, and what a board puts in its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learning_board import REVIEW, LearningBoard

import actiontrack_learning_together
from actiontrack.errors import UserError
from actiontrack_learning_together.data import add_months, plain, regime_of, regimes, typology

REPOSITORY = Path(__file__).resolve().parents[3]
SHIPPED = Path(actiontrack_learning_together.__file__).parent
ALL = (
    "sar", "cspr", "rapid-review", "cmr", "susr", "cpr", "apr", "learning-review", "dhr", "pfd", "inspection",
    "audit", "inquiry",
)  # fmt: skip


def test_what_is_shipped_is_what_stands_in_config() -> None:
    for folder in ("regimes", "."):
        names = sorted(path.name for path in (SHIPPED / folder).glob("*.toml"))
        assert names
        for name in names:
            kept = REPOSITORY / "config" / folder / name
            assert kept.read_bytes() == (SHIPPED / folder / name).read_bytes(), f"config/{name}: copy what is shipped"
    assert sorted(path.name for path in (REPOSITORY / "config" / "regimes").iterdir()) == sorted(
        f"{name}.toml" for name in ALL
    )


def test_every_regime_says_its_law_and_each_clock_its_source(tmp_path: Path) -> None:
    for name, each in regimes(tmp_path).items():
        assert each.law, name
        assert each.clock or each.about, name
        assert all(clock.source for clock in each.clock), name
        assert all(clock.checked for clock in each.clock if clock.mark == "S"), name
    assert regime_of("sar", regimes(tmp_path)) == regime_of("Safeguarding adults review", regimes(tmp_path)) == "sar"
    assert regime_of("LCSPR", regimes(tmp_path)) == "cspr"


def test_six_patterns_and_their_shorter_names(tmp_path: Path) -> None:
    patterns = typology(tmp_path)
    assert len(patterns) == 6
    assert [each.mark for each in patterns] == ["S", "S", "S", "S", "C", "C"]
    assert {plain("Human-Tool  operation")} <= {plain(each.label) for each in patterns}


def clocks(board: LearningBoard, regime: str, **days: str) -> dict[str, tuple[str | None, str]]:
    fields = [f"{name}={day}" for name, day in days.items()]
    board.run("review", "add", f"ref={regime}", f"regime={regime}", *fields)
    told = board.run("learning", "regimes", "--review", regime)
    return {each["name"]: (each["due"], each["state"]) for each in told["clocks"]}


def test_a_coroner_is_answered_in_56_days(board: LearningBoard) -> None:
    assert clocks(board, "PFD", commissioned="2026-08-03") == {"Response to the coroner": ("2026-09-28", "7 days left")}


def test_a_rapid_review_takes_15_working_days(board: LearningBoard) -> None:
    # 31 August 2026 is a bank holiday in England.
    told = clocks(board, "Rapid review", commissioned="2026-08-24", report_signed_off="2026-09-16")
    assert told["Notified to the national Panel"] == ("2026-09-01", "20 days past")
    assert told["Rapid review sent to the national Panel"] == ("2026-09-15", "met 2026-09-16, 1 days late")


def test_a_sar_takes_six_months_where_the_board_keeps_to_what_is_common(board: LearningBoard) -> None:
    assert clocks(board, "SAR", commissioned="2026-08-31") == {"Review completed": ("2027-02-28", "160 days left")}


def test_a_clock_waits_for_its_day(board: LearningBoard) -> None:
    assert clocks(board, "Inquiry")["Response to the recommendations"] == (None, "waits for the day it was published")


def test_a_board_sets_a_clock_of_its_own(board: LearningBoard) -> None:
    board.take()
    own = board.folder / "regimes"
    own.mkdir()
    text = (SHIPPED / "regimes" / "sar.toml").read_text(encoding="utf-8")
    (own / "sar.toml").write_text(text.replace("months = 6", "months = 9"), encoding="utf-8")
    (own / "fatal-fire.toml").write_text('name = "Fatal fire review"\nshort = "FFR"\nnations = ["ENG"]\nlaw = "Ours"\n')
    [clock] = board.run("learning", "regimes", "--review", REVIEW)["clocks"]
    assert (clock["length"], clock["due"], clock["state"]) == ("9 months", "2026-10-19", "met 2026-07-06")
    assert {"fatal-fire", *ALL} == {each["regime"] for each in board.run("learning", "regimes")}


def test_a_boards_labels_take_the_place_of_ours(board: LearningBoard) -> None:
    text = '[[pattern]]\nlabel = "Ours"\nmark = "C"\nsource = "The board"\n'
    (board.folder / "typology.toml").write_text(text, encoding="utf-8")
    warnings = board.take()["warnings"]
    assert len(warnings) == 6
    assert warnings[0]["do"].endswith("or add it in typology.toml")


WHOLE = 'name = "x"\nshort = "x"\nnations = ["ENG"]\nlaw = "x"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "is no TOML"),
        ('name = "x"\n', "short: field required"),
        (WHOLE + 'colour = "red"\n', "colour: extra inputs"),
        (
            WHOLE + '[[clock]]\nname = "y"\nfrom = "published"\nmark = "C"\nsource = "z"\ndays = 3\nmonths = 1\n',
            "clock.0: say exactly one of days, working_days and months",
        ),
    ],
)
def test_a_boards_own_mistake_is_told_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "regimes").mkdir()
    (tmp_path / "regimes" / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.toml") as error:
        regimes(tmp_path)
    assert says in str(error.value)


def test_a_review_whose_regime_nobody_knows(board: LearningBoard) -> None:
    board.run("review", "add", "ref=X", "regime=SARR")
    assert "the nearest is “SAR”" in board.run("learning", "regimes", "--review", "X", code=2)["error"]
    board.run("review", "add", "ref=Y")
    assert "it says no regime" in board.run("learning", "regimes", "--review", "Y", code=2)["error"]
    assert "There is no review" in board.run("learning", "regimes", "--review", "Z", code=2)["error"]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 120))
def test_months_are_never_more_than_a_few_days_out(day: date, count: int) -> None:
    later = add_months(day, count)
    assert later.day <= day.day
    assert (later.year - day.year) * 12 + later.month - day.month == count
