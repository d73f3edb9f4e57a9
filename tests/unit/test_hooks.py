"""Each hook as a plugin's author sees it, and the faults of plugins kept apart."""

from datetime import UTC, date, datetime
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from actiontrack import hooks as hooks_module
from actiontrack.adapters.calendar import NationCalendar
from actiontrack.api import hookimpl
from actiontrack.domain.derived import Standing
from actiontrack.domain.escalation import Owed
from actiontrack.domain.issue import Issue
from actiontrack.domain.ledger import Conflict
from actiontrack.domain.nouns import Action, Agency, Evidence, Leg, Recommendation
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Nation, Rating, Status
from actiontrack.errors import UserError
from actiontrack.hooks import Hooks, load_plugins

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAY = date(2026, 11, 24)
ACTION = Action(ref="AT-1", text="Train", current_due=DAY, created_at=AT, changed_at=AT)
STANDING = Standing(ref="AT-1", status=Status.IN_PROGRESS, as_at=DAY, current_due=DAY, due=DAY)
BOARD = Board(name="Exampleshire")
CALENDAR = NationCalendar(Nation.ENG)
CONFLICT = Conflict(id="c", target="AT-1", action="AT-1", field="text", since=AT)


class Options(BaseModel):
    url: str = ""


def plugin(**functions):
    """A plugin of these implementations; a marked one is taken as it is."""
    marked = {name: each if hasattr(each, "actiontrack_impl") else hookimpl(each) for name, each in functions.items()}
    return SimpleNamespace(**marked)


def loaded(*plugins, defaults=False):
    hooks = load_plugins(installed=False) if defaults else Hooks()
    for at, each in enumerate(plugins):
        hooks.register(each, f"plugin-{at}")
    if not defaults:  # load_plugins has asked already
        hooks.collect_offers()
    return hooks


def issue(name):
    return Issue("src", name, "warning", name)


def failing(*_):
    raise ValueError("Mrs Example said no")


# --- register_ ------------------------------------------------------------------------------------------------------


def test_register_connectors():
    factory = object()
    hooks = loaded(plugin(register_connectors=lambda register: register("my-system", Options, factory)))
    offered = hooks.connectors["my-system"]
    assert (offered.options_model, offered.factory, offered.plugin) == (Options, factory, "plugin-0")


def test_register_platforms():
    hooks = loaded(plugin(register_platforms=lambda register: register("my-platform", Options, print)))
    assert hooks.platforms["my-platform"].options_model is Options
    assert hooks.connectors == {}


def test_register_notifiers():
    hooks = loaded(plugin(register_notifiers=lambda register: register("folder", Options, print)))
    assert hooks.notifiers["folder"].factory is print


def test_register_report_formats():
    hooks = loaded(plugin(register_report_formats=lambda register: register("txt", ".txt", str.encode)))
    assert hooks.report_formats["txt"].suffix == ".txt"
    assert hooks.render_report("the report", "txt") == b"the report"


def test_register_jobs():
    hooks = loaded(plugin(register_jobs=lambda register: register("count", print)))
    assert hooks.jobs["count"].job is print


def test_register_commands():
    hooks = loaded(plugin(register_commands=lambda register: register("serve", "Serve.", print)))
    assert (hooks.commands["serve"].summary, hooks.commands["serve"].load) == ("Serve.", print)


def test_register_connectors_twice_by_one_name_keeps_the_first_and_says_so():
    first = plugin(register_connectors=lambda register: register("x", Options, print))
    second = plugin(register_connectors=lambda register: register("x", Options, len))
    hooks = loaded(first, second)
    [kept] = hooks.connectors.values()
    [told] = hooks.issues.values()
    assert kept.plugin != told.source
    assert f"'x' is offered by {kept.plugin} already" in told.text


# --- check_ ---------------------------------------------------------------------------------------------------------


def test_check_action_asks_all():
    hooks = loaded(
        plugin(check_action=lambda action, legs: [issue(f"{action.ref} has {len(legs)} leg")]),
        plugin(check_action=lambda evidence: (issue(each.ref) for each in evidence)),
        plugin(check_action=lambda: None),
    )
    legs, evidence = (
        [Leg(action="AT-1", agency="POL")],
        [Evidence(ref="e", position=1, action="AT-1", received_date=DAY)],
    )
    assert {each.id for each in hooks.check_action(ACTION, legs, evidence)} == {"AT-1 has 1 leg", "e"}


def test_check_evidence_asks_all():
    hooks = loaded(plugin(check_evidence=lambda evidence: [issue(evidence.ref)]))
    piece = Evidence(ref="e", position=1, action="AT-1", received_date=DAY)
    assert [each.id for each in hooks.check_evidence(ACTION, piece)] == ["e"]


def test_check_config_asks_all():
    hooks = loaded(plugin(check_config=lambda board, agencies, instances: [issue(f"{board.name} {len(agencies)}")]))
    assert [each.id for each in hooks.check_config(BOARD, [Agency(code="POL", name="Police")], {})] == [
        "Exampleshire 1"
    ]


def test_check_action_that_fails_half_way_is_an_issue_of_its_plugin():
    def half(action):
        yield issue("told before")
        raise ValueError("Mrs Example")

    hooks = loaded(plugin(check_action=half), plugin(check_action=lambda: [issue("sound")]))
    assert [each.id for each in hooks.check_action(ACTION, [], [])] == ["sound"]
    assert [each.source for each in hooks.issues.values()] == ["plugin-0"]


# --- decide_ --------------------------------------------------------------------------------------------------------


def test_decide_due_date_has_a_default_and_the_first_answer_wins():
    assert loaded(defaults=True).decide_due_date(ACTION, [], DAY, CALENDAR) == DAY
    later = date(2027, 1, 4)
    silent, speaking = plugin(decide_due_date=lambda: None), plugin(decide_due_date=lambda action: later)
    assert loaded(silent, speaking, defaults=True).decide_due_date(ACTION, [], DAY, CALENDAR) == later
    assert loaded(silent, defaults=True).decide_due_date(ACTION, [], DAY, CALENDAR) == DAY


def test_decide_escalation_has_a_default_and_can_be_replaced():
    standing = Standing(
        ref="AT-1",
        status=Status.IN_PROGRESS,
        as_at=date(2026, 11, 25),
        current_due=DAY,
        due=DAY,
        overdue=True,
        days_overdue=1,
    )
    assert [each.level for each in loaded(defaults=True).decide_escalation(standing, BOARD, CALENDAR)] == [
        "R20", "R10", "R5", "L1",
    ]  # fmt: skip
    owed = [Owed("X", DAY, DAY, "manager", "why")]
    replaced = loaded(plugin(decide_escalation=lambda standing: owed), defaults=True)
    assert replaced.decide_escalation(standing, BOARD, CALENDAR) == owed
    nothing = loaded(plugin(decide_escalation=lambda standing: []), defaults=True)
    assert nothing.decide_escalation(standing, BOARD, CALENDAR) == ()


def test_decide_rating_has_a_default_and_can_be_replaced():
    assert loaded(defaults=True).decide_rating(STANDING, []) is Rating.GREEN
    assert loaded(plugin(decide_rating=lambda: Rating.RED), defaults=True).decide_rating(STANDING, []) is Rating.RED


def test_decide_closure_has_a_default_and_can_be_replaced():
    recommendation = Recommendation(ref="R")
    assert loaded(defaults=True).decide_closure(recommendation, [ACTION], [], DAY) == ["Still open: AT-1."]
    nothing_missing = plugin(decide_closure=lambda actions: [each for each in actions if not each.text])
    assert loaded(nothing_missing, defaults=True).decide_closure(recommendation, [ACTION], [], DAY) == []
    assert loaded().decide_closure(recommendation, [], [], DAY) == ["No rule could say whether it may be closed."]


def test_decide_rating_that_fails_leaves_it_to_the_default():
    hooks = loaded(plugin(decide_rating=failing), defaults=True)
    assert hooks.decide_rating(STANDING, []) is Rating.GREEN
    [told] = hooks.issues.values()
    assert (told.source, told.id) == ("plugin-0", "decide_rating")


# --- on_ ------------------------------------------------------------------------------------------------------------


def heard(name, *arguments):
    """What three plugins heard of a hook, the one in the middle failing."""
    said = []
    spec = getattr(hooks_module.hookspecs, name)
    names = spec.__code__.co_varnames[: spec.__code__.co_argcount]
    scope = {"said": said}
    exec(f"def hear({', '.join(names)}): said.append(({', '.join(names)},))", scope)
    hooks = loaded(plugin(**{name: scope["hear"]}), plugin(**{name: failing}), plugin(**{name: scope["hear"]}))
    getattr(hooks, name)(*arguments)
    assert [each.source for each in hooks.issues.values()] == ["plugin-1"]
    return said


def test_on_action_changed_tells_all():
    assert heard("on_action_changed", None, ACTION) == [(None, ACTION)] * 2


def test_on_action_overdue_tells_all():
    assert (
        heard("on_action_overdue", "AT-1", "L2", 23, "lead@example.org") == [("AT-1", "L2", 23, "lead@example.org")] * 2
    )


def test_on_conflict_found_tells_all():
    assert heard("on_conflict_found", CONFLICT) == [(CONFLICT,)] * 2


def test_on_sync_finished_tells_all():
    assert heard("on_sync_finished", {"connectors": []}) == [({"connectors": []},)] * 2


def test_on_report_made_tells_all():
    assert heard("on_report_made", "board", ["a.html"]) == [("board", ["a.html"])] * 2


# --- render_ --------------------------------------------------------------------------------------------------------

TEXT = plugin(register_report_formats=lambda register: register("txt", ".txt", str.encode))


def wrapper(function):
    return plugin(render_report=hookimpl(wrapper=True)(function))


def test_render_report_by_the_format_or_by_the_first_that_answers():
    assert loaded(TEXT).render_report("r", "txt") == b"r"
    assert loaded(TEXT, plugin(render_report=lambda format_name: b"mine")).render_report("r", "txt") == b"mine"


def test_render_report_lets_wrappers_change_it():
    def redact(report):
        made = yield
        return made.replace(b"Child K", b"[]")

    assert loaded(TEXT, wrapper(redact)).render_report("of Child K", "txt") == b"of []"


@pytest.mark.parametrize("when", ["before", "after", "never yields", "yields twice", "at the call"])
def test_render_report_goes_out_though_a_wrapper_fails(when):
    def broken(report):
        if when == "before":
            raise ValueError("Child K")
        if when == "never yields":
            return b"?"
        yield
        if when == "yields twice":
            yield
        raise ValueError("Child K")

    hooks = loaded(TEXT, wrapper(broken))
    assert hooks.render_report("r", "txt") == b"r"
    [told] = hooks.issues.values()
    assert (told.source, told.id) == ("plugin-1", "render_report")
    assert "Child K" not in told.text


def test_render_report_of_an_unknown_format_says_which_there_are():
    with pytest.raises(UserError, match=r"'docx' is installed; there are: txt\."):
        loaded(TEXT).render_report("r", "docx")


def test_render_report_that_fails_names_the_plugin():
    hooks = loaded(plugin(register_report_formats=lambda register: register("txt", ".txt", failing)))
    with pytest.raises(UserError, match=r"could not be made as txt.*ValueError"):
        hooks.render_report("r", "txt")


# --- loading --------------------------------------------------------------------------------------------------------


def test_a_misspelt_hook_is_refused_with_the_nearest():
    with pytest.raises(UserError, match=r"'mine' implements on_action_chnaged.*did you mean on_action_changed\?"):
        Hooks().register(plugin(on_action_chnaged=lambda after: None), "mine")


def test_a_hook_like_no_other_is_refused():
    with pytest.raises(UserError, match=r"'mine' implements zzz, and there is no such hook\."):
        Hooks().register(plugin(zzz=lambda: None), "mine")


def test_an_argument_that_the_hook_has_not_is_refused():
    with pytest.raises(UserError, match=r"'mine' can't be used.*colour"):
        Hooks().register(plugin(on_action_changed=lambda colour: None), "mine")


def test_an_old_style_wrapper_is_refused():
    def old(report):
        yield

    with pytest.raises(UserError, match="wrapper=True"):
        Hooks().register(plugin(render_report=hookimpl(hookwrapper=True)(old)), "mine")


def test_one_name_for_two_plugins_is_refused():
    hooks = Hooks()
    hooks.register(plugin(), "mine")
    with pytest.raises(UserError, match="'mine' can't be used"):
        hooks.register(plugin(), "mine")


def test_a_fault_says_where_and_not_what_people_wrote():
    hooks = loaded(plugin(on_action_changed=failing))
    hooks.on_action_changed(None, ACTION)
    [told] = hooks.issues.values()
    assert "Mrs Example" not in f"{told.text} {told.do}"
    assert "ValueError at test_hooks.py:" in told.text


def test_a_fault_of_ours_says_what():
    def refuse():
        raise UserError("the folder is full")

    hooks = loaded(plugin(on_action_changed=refuse))
    hooks.on_action_changed(None, ACTION)
    assert [each.text for each in hooks.issues.values()] == [
        "Plugin plugin-0 failed in on_action_changed: the folder is full"
    ]


def test_installed_plugins_are_asked_in_the_order_of_their_names(monkeypatch, tmp_path):
    for name in ("zeta", "alpha", "broken"):
        body = "raise ImportError('no')" if name == "broken" else f"name = {name!r}"
        (tmp_path / f"plug_{name}.py").write_text(
            f"from actiontrack.api import hookimpl, Rating\n{body}\nheard = []\n"
            "@hookimpl\ndef on_report_made(name, files):\n    files.append(globals()['name'])\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    points = [EntryPoint(name, f"plug_{name}", "actiontrack") for name in ("zeta", "broken", "alpha")]
    monkeypatch.setattr(hooks_module, "entry_points", lambda group: points)
    hooks = load_plugins()
    files = []
    hooks.on_report_made("board", files)
    assert files == ["alpha", "zeta"]
    [told] = hooks.issues.values()
    assert told.source == "broken"
    assert "load (ImportError" in told.text


def test_the_defaults_are_plugins_like_any_other():
    names = {each.name for each in load_plugins(installed=False).plugins}
    assert {"actiontrack.defaults.rating", "actiontrack.defaults.escalation"} <= names
