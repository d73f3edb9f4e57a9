"""The command line's contract: names, JSON, exit codes, one-line errors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from actiontrack.cli.front import FAULT, run

CONFIG = """\
[board]
name = "Exampleshire"

[[agency]]
code = "POL"
name = "Norchester Constabulary"
aliases = ["Police"]
lead = "lead@example.org"

[[agency]]
code = "NHS"
name = "Health Trust"
"""


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command line in a folder with a small configuration, on 24 November 2026."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
    monkeypatch.setenv("ACTIONTRACK_USER", "manager")
    (tmp_path / "actiontrack.toml").write_text(CONFIG, encoding="utf-8")

    def run_it(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run(arguments)
        return Answer(code, *capsys.readouterr())

    return run_it


def add(call: Call, *fields: str) -> dict[str, Any]:
    made = call("action", "add", "text=Do it", "lead_agency=Police", *fields, "--json")
    assert made.code == 0, made.err
    return dict(made.json)


# --- the frame ------------------------------------------------------------------------------------------------------


def test_json_may_stand_before_or_after_the_command(call: Call) -> None:
    assert call("--json", "action", "list").json == []
    assert call("action", "--json", "list").code == 2
    assert call("action", "list", "--json").json == []


def test_a_configuration_without_a_store_makes_one(call: Call, tmp_path: Path) -> None:
    assert call("action", "list").code == 0
    assert (tmp_path / "actiontrack.db").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("snyc",), 2, 'did you mean "sync"'),
        (("action", "shw", "1"), 2, "shw"),
        (("action", "show", "9.9"), 2, "9.9"),
        (("action", "add", "texte=x"), 2, "did you mean text"),
        (("action", "add", "text"), 2, "FIELD=VALUE"),
        (("action", "add", "text=a", "text=b"), 2, "twice"),
        (("action", "add", "text=a", "lead_agency=Fire"), 2, "Fire"),
        (("action", "add", "text=a", "current_due=31/02/2026"), 2, "31/02/2026"),
        (("action", "list", "--agency", "FIRE"), 2, "POL, NHS"),
        (("action", "list", "--due-before", "soon"), 2, "2026-11-24"),
        (("action", "list", "--changed-since", "soon"), 2, "soon"),
        (("action", "list", "--status", "done-ish"), 2, "reported_complete"),
        (("action", "evidence", "1"), 2, "--link"),
        (("conflict", "resolve", "x"), 2, "--take"),
        (("conflict", "resolve", "x", "--take", "ours"), 2, "x"),
        (("proposal", "accept", "x"), 2, "x"),
        (("sync", "nowhere"), 2, "nowhere"),
        (("import", "nowhere.xlsx"), 2, "nowhere.xlsx"),
        (("report", "board", "--as-at", "2026-11-24", "--out", "o", "--format", "scroll"), 2, "scroll"),
        (("sweep", "--as-at", "2027-01-01"), 2, "--dry-run"),
        (("review", "add", "title=x"), 2, "ref="),
        (("review", "add", "ref=A", "pubication=published"), 2, "publication"),
        (("review", "add", "ref=A", "publication=maybe"), 2, "publication"),
        (("recommendation", "add", "review=NONE", "text=x"), 2, "NONE"),
        (("meeting", "add", "body=B"), 2, "date="),
        (("restore", "nowhere.db"), 2, "nowhere.db"),
        (("init", ".", "--board", "B"), 2, "is there already"),
    ],
)
def test_an_error_is_one_line_on_stderr_and_with_json_one_document(
    call: Call, arguments: tuple[str, ...], code: int, words: str
) -> None:
    plain = call(*arguments)
    assert plain.code == code
    assert plain.out == ""
    assert plain.err.count("\n") == 1
    assert plain.err.startswith("actiontrack: ")
    assert words in plain.err
    told = call(*arguments, "--json")
    assert told.code == code
    assert told.json["exit_code"] == code
    assert words in told.json["error"]


def test_a_scheduler_that_never_ends_gives_no_json(call: Call) -> None:
    told = call("run", "--json")
    assert told.code == 2
    assert "--once" in told.json["error"]


def test_a_configuration_error_is_exit_3_with_file_and_line(call: Call, tmp_path: Path) -> None:
    (tmp_path / "actiontrack.toml").write_text('[board]\nnmae = "X"\n')
    told = call("action", "list")
    assert (told.code, told.out) == (3, "")
    assert 'actiontrack.toml, line 2: [board] has no key "nmae"; nearest valid key: "name"' in told.err
    assert call("--config", "elsewhere.toml", "status").code == 3


def test_a_fault_of_ours_shows_where_and_never_what_was_handled(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("Jane Doe, 12 Any Street")

    monkeypatch.setattr("actiontrack.services.records.listing.list_actions", broken)
    told = call("action", "list")
    assert told.code == FAULT
    assert "Jane" not in told.err
    assert "ValueError at test_cli.py:" in told.err
    monkeypatch.setenv("ACTIONTRACK_DEBUG", "1")
    assert "Traceback" in call("action", "list").err


def test_by_names_who_acts_before_or_after_the_command(call: Call) -> None:
    ref = add(call)["ref"]
    call("--by", "ann", "action", "progress", ref, "First")
    call("action", "progress", ref, "Second", "--by", "bob")
    call("action", "progress", ref, "Third")
    assert [each["by"] for each in call("action", "show", ref, "--json").json["updates"]] == ["ann", "bob", "manager"]


# --- actions --------------------------------------------------------------------------------------------------------

LISTED = {
    "ref", "number", "review", "recommendations", "recommendation_text", "text", "lead_agency", "agencies",
    "lead_officer", "priority", "original_due", "current_due", "status", "progress", "rating", "self_rating", "overdue",
    "days_overdue", "due_soon", "incomplete", "legs", "changed_at",
}  # fmt: skip
SHOWN = LISTED | {
    "updates", "evidence", "date_changes", "sign_offs", "comments", "proposals", "conflicts",
}  # fmt: skip


def test_an_action_is_added_shown_and_listed(call: Call) -> None:
    call("review", "add", "ref=S1", "title=Adult M")
    call("recommendation", "add", "review=S1", "number=1", "text=See the pattern")
    made = add(
        call, "agencies=Health Trust", "review=S1", "number=1.1", "recommendation=1", "current_due=2026-11-01",
        "priority=High", "lead_officer=Head of contact",
    )  # fmt: skip
    assert made.keys() >= SHOWN
    (listed,) = call("action", "list", "--json").json
    assert listed.keys() >= LISTED
    assert all(listed[name] == made[name] for name in LISTED - {"legs"})
    assert listed["agencies"] == ["POL", "NHS"]
    assert listed["recommendations"] == ["S1-R1"]
    assert listed["recommendation_text"] == "See the pattern"
    assert (listed["overdue"], listed["days_overdue"], listed["rating"]) == (True, 23, "red")
    assert (listed["original_due"], listed["current_due"]) == ("2026-11-01", "2026-11-01")
    assert [(leg["agency"], leg["status"]) for leg in listed["legs"]] == [
        ("POL", "not_started"),
        ("NHS", "not_started"),
    ]
    assert call("action", "show", "1.1", "--json").json == made
    assert call("action", "show", made["ref"].lower().replace("-", " "), "--json").json == made


def test_lists_are_narrowed(call: Call) -> None:
    late = add(call, "number=1", "current_due=2026-11-01", "agencies=NHS")
    soon = add(call, "number=2", "current_due=2026-12-01", "priority=Low")
    never = add(call, "number=10", "review=S2")

    def refs(*options: str) -> list[str]:
        return [each["ref"] for each in call("action", "list", "--json", *options).json]

    assert refs() == [late["ref"], soon["ref"], never["ref"]]
    assert refs("--overdue") == [late["ref"]]
    assert refs("--agency", "health trust") == [late["ref"]]
    assert refs("--review", "S2") == [never["ref"]]
    assert refs("--due-before", "2026-12-01") == [late["ref"]]
    assert refs("--search", never["ref"].casefold()) == [never["ref"]]
    assert refs("--limit", "1") == [late["ref"]]
    assert refs("--status", "not started") == refs()
    assert refs("--status", "in_progress") == []
    assert refs("--changed-since", "2026-11-24T10:00:00Z") == []
    assert refs("--changed-since", "2026-11-24") == refs()


def test_a_number_in_two_reviews_needs_the_action_id(call: Call) -> None:
    one, two = add(call, "number=1.1", "review=S1"), add(call, "number=1.1", "review=S2")
    told = call("action", "show", "1.1")
    assert told.code == 2
    assert one["ref"] in told.err
    assert two["ref"] in told.err
    assert call("action", "add", "text=x", "number=1.1", "review=S1").code == 2


def test_a_later_date_is_a_request_that_somebody_else_accepts(call: Call) -> None:
    ref = add(call, "current_due=2026-12-01")["ref"]
    earlier = call("action", "set", ref, "current_due=2026-11-30", "--json").json
    assert earlier["current_due"] == "2026-11-30"
    after = call("action", "set", ref, "current_due=2026-12-24", "--json").json
    assert after["current_due"] == "2026-11-30"
    again = call("action", "extend", ref, "--to", "2027-01-10", "--reason", "Supplier late", "--json").json
    (proposal,) = again["proposals"]
    assert (proposal["kind"], proposal["from"], proposal["to"], proposal["by"]) == (
        "extend", "2026-11-30", "2027-01-10", "manager",
    )  # fmt: skip
    assert call("proposal", "accept", proposal["id"]).code == 2
    assert call("proposal", "accept", proposal["id"], "--by", "chair").code == 0
    moved = call("action", "show", ref, "--json").json
    assert (moved["current_due"], moved["original_due"], moved["proposals"]) == ("2027-01-10", "2026-12-01", [])
    assert [(each["from"], each["to"]) for each in moved["date_changes"]] == [
        ("2026-12-01", "2026-11-30"),
        ("2026-11-30", "2027-01-10"),
    ]
    assert call("action", "extend", ref, "--to", "2026-12-01", "--reason", "x").code == 2


def test_an_agency_sets_its_own_and_proposes_the_rest(call: Call) -> None:
    ref = add(call, "agencies=NHS", "priority=High")["ref"]
    call("review", "add", "ref=S1")
    after = call("--agency", "NHS", "action", "set", ref, "status=in progress", "priority=Low", "--json").json
    assert [(leg["agency"], leg["status"]) for leg in after["legs"]] == [("POL", "not_started"), ("NHS", "in_progress")]
    assert after["priority"] == "High"
    assert [(each["field"], each["to"]) for each in after["proposals"]] == [("priority", "Low")]
    assert call("--agency", "NHS", "review", "set", "S1", "title=x").code == 2
    assert call("--agency", "NHS", "action", "add", "text=x").code == 2
    assert call("--agency", "NHS", "action", "comment", ref, "x").code == 2


def test_verified_needs_evidence_and_a_sign_off_from_outside(call: Call, tmp_path: Path) -> None:
    ref = add(call, "status=reported complete")["ref"]
    refused = call("action", "set", ref, "status=verified")
    assert refused.code == 2
    assert "evidence" in refused.err
    assert call("action", "sign-off", ref, "--agency", "NHS").code == 2
    (tmp_path / "sample.csv").write_text("36 of 40")
    shown = call(
        "action", "evidence", ref, "--file", "sample.csv", "--effective", "2026-10-31", "--shows", "Sample", "--json"
    ).json
    assert shown["evidence"][0]["sha256"] == hashlib.sha256(b"36 of 40").hexdigest()
    assert call("action", "sign-off", ref, "--agency", "POL").code == 2
    assert call("action", "sign-off", ref, "--agency", "NHS").code == 0
    assert call("action", "set", ref, "status=verified", "--json").json["status"] == "verified"
    assert call("action", "evidence", ref, "--file", "nowhere.csv").code == 2


def test_history_tells_who_changed_what_by_which_way(call: Call) -> None:
    ref = add(call, "priority=High")["ref"]
    call("action", "set", ref, "priority=Low", "--by", "ann")
    call("action", "progress", ref, "Well on")
    rows = call("action", "history", ref, "--json").json
    assert all(row.keys() == {"at", "who", "source", "field", "before", "after"} for row in rows)
    assert [(row["who"], row["before"], row["after"]) for row in rows if row["field"] == "priority"] == [
        ("manager", None, "High"),
        ("ann", "High", "Low"),
    ]
    assert [row["after"] for row in rows if row["field"] == "progress"] == ["Well on"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("action", "add", "text=x"),
        ("action", "set", "1.1", "priority=Low"),
        ("action", "progress", "1.1", "x"),
        ("action", "comment", "1.1", "x"),
        ("action", "extend", "1.1", "--to", "2027-01-01", "--reason", "x"),
        ("action", "evidence", "1.1", "--link", "https://example.org/x"),
        ("review", "add", "ref=S9"),
        ("review", "set", "S1", "title=x"),
    ],
)
def test_dry_run_shows_the_outcome_and_stores_nothing(call: Call, arguments: tuple[str, ...]) -> None:
    call("review", "add", "ref=S1")
    add(call, "number=1.1", "current_due=2026-12-01")
    before = call("audit", "verify", "--json").json
    told = call(*arguments, "--dry-run", "--json")
    assert told.code == 0, told.err
    assert told.json["ref"]
    assert call("audit", "verify", "--json").json == before
    assert call("proposal", "list", "--json").json == []


def test_progress_evidence_and_comments_are_added_to_never_set(call: Call) -> None:
    ref = add(call)["ref"]
    told = call("action", "set", ref, "progress=x")
    assert told.code == 2
    assert "action progress" in told.err
    assert call("action", "progress", ref, "  ").code == 2


# --- reviews and the like -------------------------------------------------------------------------------------------


def test_nouns_are_added_shown_changed_and_listed(call: Call) -> None:
    review = call(
        "review", "add", "ref=S1", "title=Adult M", "lead_reviewers=A, B; C", "commissioned=2026-01-05", "--json"
    )
    assert review.json["lead_reviewers"] == ["A, B", "C"]
    assert review.json["publication"] == "embargoed"
    assert call("review", "set", "S1", "publication=published", "--json").json["publication"] == "published"
    assert call("review", "set", "S1", "ref=S2").code == 2
    assert call("review", "add", "ref=S1").code == 2
    for place, text in enumerate(("Two calls in a week", "The form was closed"), start=1):
        episode = call("episode", "add", "review=S1", f"text={text}", "--json").json
        assert (episode["ref"], episode["position"]) == (f"S1-K{place}", place)
    assert call("episode", "set", "S1-K2", "position=0", "contributory_factors=No field; No time").code == 0
    assert [each["ref"] for each in call("episode", "list", "--json").json] == ["S1-K2", "S1-K1"], "as they are told"
    assert call("episode", "show", "S1-K2", "--json").json["contributory_factors"] == ["No field", "No time"]
    assert call("episode", "add", "review=S9", "text=x").code == 2
    assert "no episode S1-K9 of S1" in call("finding", "add", "review=S1", "text=x", "kpe_refs=S1-K9").err
    finding = call("finding", "add", "review=S1", "text=A pattern", 'questions_for_board=["Why, now?"]', "--json").json
    assert (finding["ref"], finding["questions_for_board"]) == ("S1-F1", ["Why, now?"])
    assert call("finding", "add", "review=S1", "text=Another", "--json").json["ref"] == "S1-F2"
    assert call("finding", "add", "review=S1", "text=x", "typology=[1").code == 2
    made = call("recommendation", "add", "review=S1", "number=2", "text=T", "addressed_to=POL, NHS", "--json").json
    assert (made["ref"], made["addressed_to"]) == ("S1-R2", ["POL", "NHS"])
    assert call("recommendation", "set", "S1-R2", "response=not_accepted").code == 2
    reasons = "response_reasons=Done already"
    assert call("recommendation", "set", "S1-R2", "response=not_accepted", reasons).code == 0
    assert call("meeting", "add", "body=SAB", "date=2026-10-01", "--json").json["ref"] == "M-2026-10-01"
    assert [each["ref"] for each in call("finding", "list", "--json").json] == ["S1-F1", "S1-F2"]
    assert call("meeting", "show", "M-2026-10-01", "--json").json["body"] == "SAB"
    assert call("meeting", "show", "M-1").code == 2


# --- operations -----------------------------------------------------------------------------------------------------


def test_init_writes_a_configuration_and_makes_the_store(call: Call, tmp_path: Path) -> None:
    dry = call("init", "new", "--board", "B", "--dry-run", "--json")
    assert dry.code == 0
    assert not (tmp_path / "new").exists()
    told = call("init", "new", "--board", "Bwrdd", "--nation", "WLS", "--json").json
    assert Path(told["config"]) == Path("new/actiontrack.toml")
    assert Path(told["store"]) == tmp_path / "new" / "actiontrack.db"
    assert Path(told["store"]).is_file()
    assert call("--config", told["config"], "status", "--json").json["board"] == "Bwrdd"
    assert call("init", "other", "--board", " ").code == 2


def test_sweep_and_report_give_the_contracts_figures(call: Call, tmp_path: Path) -> None:
    add(call, "current_due=2026-10-01")
    add(call)
    told = call("sweep", "--json").json
    assert (told["overdue"], told["due_soon"], told["awaiting_verification"], told["undated"]) == (1, 0, 0, 1)
    assert {"ref", "level", "days_overdue", "to", "why"} <= told["raised"][0].keys()
    assert call("sweep", "--json").json["raised"] == []
    assert call("sweep", "--as-at", "2027-01-01", "--dry-run").code == 0
    made = call("report", "board", "--as-at", "2026-11-24", "--format", "html,json", "--out", "pack", "--json").json
    assert sorted(Path(file).suffix for file in made["files"]) == [".html", ".json"]
    assert all((tmp_path / file).is_file() for file in made["files"])
    figures = made["figures"]
    assert {"live", "overdue", "overdue_last", "due_soon", "undated", "awaiting_verification", "done_since",
            "closed_without_evidence", "extensions_requested", "ageing", "by_agency", "dates_moved",
            "excluded"} <= figures.keys()  # fmt: skip
    assert (figures["live"], figures["overdue"], figures["undated"]) == (2, 1, 1)
    everything = call("report", "board", "--as-at", "2026-11-24", "--out", "all", "--json").json["files"]
    assert len(everything) > 2
    assert call("report", "board", "--as-at", "2026-11-24", "--out", "no", "--dry-run").code == 0
    assert not (tmp_path / "no").exists()


def test_audit_backup_and_restore(call: Call, tmp_path: Path) -> None:
    add(call, "number=1")
    whole = call("audit", "verify", "--json").json
    assert whole["entries"] == len(call("audit", "export", "--json").json) > 0
    assert whole["broken_at"] is None
    lines = call("audit", "export").out.splitlines()
    assert len([json.loads(line) for line in lines]) == whole["entries"]
    assert call("backup", "copy.db").code == 0
    add(call, "number=2")
    assert call("restore", "copy.db", "--dry-run").code == 0
    assert len(call("action", "list", "--json").json) == 2
    assert call("restore", "copy.db").code == 0
    assert [each["number"] for each in call("action", "list", "--json").json] == ["1"]


def test_plugins_and_connectors_are_listed_and_checked(call: Call, tmp_path: Path) -> None:
    plugins = call("plugin", "list", "--json").json
    (spreadsheet,) = [each for each in plugins if each["name"] == "spreadsheet"]
    assert "spreadsheet (connector)" in spreadsheet["offers"]
    assert call("connector", "list", "--json").json == []
    instance = '[[connector]]\nname = "plan"\ntype = "spreadsheet"\npath = "plan.xlsx"\nside = "board"\n'
    (tmp_path / "actiontrack.toml").write_text(CONFIG + instance, encoding="utf-8")
    (listed,) = call("connector", "list", "--json").json
    assert (listed["name"], listed["where"], listed["adopted"]) == ("plan", "plan.xlsx", "")
    checked = call("connector", "check", "--json")
    assert checked.code == 1
    assert "plan.xlsx" in checked.json[0]["problems"][0]["text"]
    assert call("connector", "check", "plna").code == 2
    doctor = call("doctor", "--json")
    assert doctor.code == 1
    assert {check["what"]: check["ok"] for check in doctor.json["checks"]}["connector plan"] is False


def test_doctor_and_status_of_a_sound_suite(call: Call) -> None:
    assert call("doctor").code == 0
    told = call("status", "--json")
    assert told.code == 0
    assert (told.json["actions"], told.json["conflicts"], told.json["issues"]) == (0, 0, [])
    ref = add(call, "current_due=2026-12-01")["ref"]
    call("action", "extend", ref, "--to", "2027-01-10", "--reason", "x")
    assert call("status").code == 1


def test_run_once_does_what_is_due_and_a_second_run_nothing(call: Call, tmp_path: Path) -> None:
    rules = '[[schedule]]\njob = "sweep"\nat = "06:00"\n[[schedule]]\njob = "backup"\nat = "07:00"\nout = "kept"\n'
    (tmp_path / "actiontrack.toml").write_text(CONFIG + rules, encoding="utf-8")
    assert [each["does"] for each in call("run", "--dry-run", "--json").json] == ["run", "run"]
    told = call("run", "--once", "--json")
    assert told.code == 0
    assert [each["outcome"] for each in told.json] == ["done", "done"]
    assert len(list((tmp_path / "kept").iterdir())) == 1
    assert call("run", "--once", "--json").json == []


def test_text_from_a_workbook_neither_steers_the_terminal_nor_is_markup(call: Call) -> None:
    add(call, "priority=[bold]x[/bold]\x1b[31m")
    told = call("action", "show", call("action", "list", "--json").json[0]["ref"])
    assert "\x1b" not in told.out
    assert "[bold]x[/bold]" in told.out


def test_a_plugins_command_is_found_by_its_name(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import click

    from actiontrack.hooks import Hooks, load_plugins
    from actiontrack.hookspecs import CommandRegistrar, hookimpl

    class Greeter:
        @hookimpl
        def register_commands(self, register: CommandRegistrar) -> None:
            register("greet", "Say hello", lambda: click.Command("greet", callback=lambda: click.echo("hello")))

    def with_greeter() -> Hooks:
        hooks = Hooks()
        hooks.register(Greeter(), "greeter")
        hooks.collect_offers()
        return hooks

    assert "greet" not in load_plugins().commands
    monkeypatch.setattr("actiontrack.hooks.load_plugins", with_greeter)
    told = call("greet")
    assert (told.code, told.out) == (0, "hello\n")
    assert call("greet", "--json", "--by", "reader").code == 0
    assert call("meet").code == 2
