"""The configuration: what it gives, and how it says what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, ConfigDict

from actiontrack.defaults.notifiers.options import FileOptions, SmtpOptions
from actiontrack.domain.vocabulary import Nation, Side
from actiontrack.errors import ConfigurationError
from actiontrack.settings import Settings, find_config, load_settings
from actiontrack.settings.places import Places
from actiontrack.settings.starter import starter

HEAD = '[board]\nname = "Exampleshire"\n'
AGENCY = '[[agency]]\ncode = "POL"\nname = "Police"\n'


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")

    path: str
    sheet: str = ""
    columns: dict[str, str] = {}
    token: dict[str, str] | None = None


def load(folder: Path, text: str, **environ: str) -> Settings:
    file = folder / "actiontrack.toml"
    file.write_text(text, encoding="utf-8")
    models = {"spreadsheet": Options}
    notifiers = {"smtp": SmtpOptions, "file": FileOptions}
    return load_settings(
        file, environ=environ, options_models=models, platform_models=models, notifier_models=notifiers,
        formats=("html", "pdf"),
    )  # fmt: skip


def fault(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text)
    told = str(caught.value)
    assert "\n" not in told
    assert told.startswith(f"{folder / 'actiontrack.toml'}")
    return told.removeprefix(str(folder / "actiontrack.toml")).lstrip(", ")


def connector(*lines: str) -> str:
    return "[[connector]]\n" + "\n".join(('name = "plan"', 'type = "spreadsheet"', *lines)) + "\n"


def test_a_whole_configuration_becomes_domain_types(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        HEAD + 'nation = "NIR"\n[store]\nurl = "sqlite:///data/x.db"\n' + AGENCY + 'aliases = ["Constabulary"]\n'
        + connector('path = "plans/p.xlsx"', 'side = "agency"', 'agency = "POL"', 'dates = "dmy"')
        + '[connector.columns]\ntext = "Agreed action"\n[connector.values.status]\n"On course" = "in_progress"\n'
        + '[[schedule]]\njob = "sync"\nat = "06:00"\ndays = "working"\n',
    )  # fmt: skip
    assert settings.board.name == "Exampleshire"
    assert settings.board.nation is Nation.NIR
    assert settings.store_url == f"sqlite:///{tmp_path / 'data' / 'x.db'}"
    assert settings.state_folder == tmp_path / "data" / "x-state"
    assert settings.agencies[0].aliases == ("Constabulary",)
    (instance,) = settings.instances
    assert (instance.name, instance.side, instance.agency, instance.dates) == ("plan", Side.AGENCY, "POL", "dmy")
    assert instance.options == {
        "path": "plans/p.xlsx", "sheet": "", "columns": {"text": "Agreed action"}, "token": None,
    }  # fmt: skip
    assert instance.values == {"status": {"On course": "in_progress"}}
    assert (settings.schedules[0].job, settings.schedules[0].catch_up) == ("sync", "latest")


def test_a_configuration_without_a_store_names_one_beside_itself(tmp_path: Path) -> None:
    assert load(tmp_path, HEAD).store_url == f"sqlite:///{tmp_path / 'actiontrack.db'}"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[board]\nnane = "X"\n', 2, ['no key "nane"', 'nearest valid key: "name"']),
        ("[board]\n", 1, ['[board] needs the key "name"']),
        ("", 1, ["[board] is missing"]),
        (HEAD + 'nation = "ENGL"\n', 3, ["'ENGL'", 'nearest: "ENG"']),
        (HEAD + 'timezone = "Europe/Londn"\n', 3, ["'Europe/Londn'", "time zone"]),
        (HEAD + 'due_soon_days = "many"\n', 3, ["due_soon_days", "'many'"]),
        (HEAD + "[bord]\n", 3, ['"bord"', 'nearest valid key: "board"']),
        (HEAD + AGENCY + AGENCY, 7, ["'POL'", "twice"]),
        (HEAD + AGENCY + '[[agency]]\ncode = "B"\nname = "police"\n', 6, ["'police'", "POL and B"]),
        (HEAD + '[agency]\ncode = "POL"\n', 3, ["[[agency]]", "two brackets"]),
        (HEAD + connector('path = "a.xlsx"', 'side = "agency"'), 7, ["needs agency"]),
        (HEAD + AGENCY + connector('path = "a.xlsx"', 'side = "agency"', 'agency = "PLO"'), 11, ['"POL"', "'PLO'"]),
        (HEAD + AGENCY + connector('path = "a.xlsx"', 'side = "board"', 'agency = "POL"'), 11, ["the board's"]),
        (HEAD + connector('side = "board"', 'pth = "a.xlsx"'), 7, ['no key "pth"', 'nearest valid key: "path"']),
        (HEAD + connector('path = "a.xlsx"', 'sied = "board"'), 7, ['no key "sied"', 'nearest valid key: "side"']),
        (HEAD + connector('path = "a.xlsx"', 'side = "bord"'), 7, ["'bord'", 'nearest: "board"']),
        (HEAD + '[[connector]]\nname = "a"\ntype = "excel"\nside = "board"\n', 5, ["'excel'", "spreadsheet"]),
        (HEAD + connector('path = "a.xlsx"', 'side = "board"', 'token = "s3cret"'), 8, ["must not stand in the file"]),
        (HEAD + connector('path = "a"', 'side = "board"', 'token = { env = "A", file = "b" }'), 8, ["exactly one"]),
        (HEAD + '[store]\nurl = "postgresql+psycopg://me:pw@host/db"\n', 4, ["password"]),
        (HEAD + '[store]\nurl = "mysql://host/db"\n', 4, ["mysql", "sqlite:///"]),
        (HEAD + '[[schedule]]\njob = "sinc"\nat = "06:00"\n', 4, ["'sinc'", "sync"]),
        (HEAD + '[[schedule]]\njob = "sync"\nat = "25:00"\n', 5, ["'25:00'", "06:00"]),
        (HEAD + '[[schedule]]\njob = "sync"\nat = "06:00"\ndays = "mondays"\n', 6, ["mondays", "monday"]),
        (HEAD + "name2 = \n", 3, ["mend this line"]),
        (HEAD + '[[board.ladder]]\nlevel = "L1"\naftr = 1\nto = "officer"\n', 5, ['no key "aftr"', '"after"']),
        (HEAD + '[[board.ladder]]\nlevel = "L1"\nafter = 1\nto = "officer"\nzzz = 1\n', 7, ["after, level, to"]),
        ("board = 1\n", 1, ["write [board]"]),
        (HEAD + '[store]\nurl = { }\n', 4, ["exactly one"]),
        (HEAD + '[store]\nurl = { keyring = "x" }\n', 4, ['package "keyring"']),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_value_and_the_nearest_valid_key(
    tmp_path: Path, text: str, line: int, words: list[str]
) -> None:
    told = fault(tmp_path, text)
    assert told.startswith(f"line {line}: ")
    for word in words:
        assert word in told


def test_the_secret_itself_is_never_shown(tmp_path: Path) -> None:
    for text in ('token = "s3cret"', 'password = "s3cret"'):
        assert "s3cret" not in fault(tmp_path, HEAD + connector('path = "a.xlsx"', 'side = "board"', text))
    assert "hunter2" not in fault(tmp_path, HEAD + '[store]\nurl = "postgresql+psycopg://me:hunter2@host/db"\n')


def test_two_instances_may_share_neither_name_nor_file(tmp_path: Path) -> None:
    both = connector('path = "a.xlsx"', 'side = "board"') + connector('path = "./plans/../a.xlsx"', 'side = "board"')
    told = fault(tmp_path, HEAD + both)
    assert "'plan' stands there twice" in told
    assert "1 more fault" not in told.replace("(1 more fault after it)", "")
    other = both.replace('"plan"', '"other"', 1)
    assert "already that of 'other'" in fault(tmp_path, HEAD + other)


def test_several_faults_are_counted_and_the_first_in_the_file_is_told(tmp_path: Path) -> None:
    told = fault(tmp_path, HEAD + 'nation = "XX"\nchiar = "c@example.org"\ntimezone = "Nowhere"\n')
    assert told.startswith("line 3: ")
    assert told.endswith("(2 more faults after it)")


def test_a_store_url_with_a_password_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    url = "postgresql+psycopg://me:pw@host/db"
    assert load(tmp_path, HEAD + '[store]\nurl = { env = "AT_STORE" }\n', AT_STORE=url).store_url == url
    (tmp_path / "url.txt").write_text(url + "\n")
    assert load(tmp_path, HEAD + '[store]\nurl = { file = "url.txt" }\n').store_url == url
    assert "AT_STORE" in fault(tmp_path, HEAD + '[store]\nurl = { env = "AT_STORE" }\n')
    assert "url2.txt" in fault(tmp_path, HEAD + '[store]\nurl = { file = "url2.txt" }\n')


def test_a_secret_may_be_in_the_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("actiontrack", "store"): "postgresql+psycopg://host/db", ("alone", "alone"): "sqlite://"}
    keyring = SimpleNamespace(get_password=lambda service, user: kept.get((service, user)))
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    url = load(tmp_path, HEAD + '[store]\nurl = { keyring = "actiontrack/store" }\n').store_url
    assert url == "postgresql+psycopg://host/db"
    assert load(tmp_path, HEAD + '[store]\nurl = { keyring = "alone" }\n').store_file is None
    assert "empty or not set" in fault(tmp_path, HEAD + '[store]\nurl = { keyring = "nobody" }\n')


def test_a_connectors_secret_is_handed_on_as_where_it_is(tmp_path: Path) -> None:
    settings = load(tmp_path, HEAD + connector('path = "a.xlsx"', 'side = "board"', 'token = { env = "TOKEN" }'))
    assert settings.instances[0].options["token"] == {"env": "TOKEN"}


def test_a_file_that_is_no_text_or_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "actiontrack.toml"
    with pytest.raises(ConfigurationError, match="can't be read"):
        load_settings(file, environ={}, options_models={})
    file.write_bytes('[board]\nname = "é"'.encode("latin-1"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_settings(file, environ={}, options_models={})


def test_where_the_configuration_is_looked_for(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="actiontrack init"):
        find_config("", {}, below)
    (tmp_path / "actiontrack.toml").write_text(HEAD)
    assert (below / find_config("", {}, below)).resolve() == (tmp_path / "actiontrack.toml").resolve()
    other = tmp_path / "other.toml"
    other.write_text(HEAD)
    assert find_config("", {"ACTIONTRACK_CONFIG": str(other)}, below) == other
    assert find_config(str(other), {"ACTIONTRACK_CONFIG": "nowhere"}, below) == other
    with pytest.raises(ConfigurationError, match="no such configuration file"):
        find_config("nowhere.toml", {}, below)


@pytest.mark.parametrize("name", ["Plain", 'With "quotes" \\ and back', "Bwrdd Diogelu Gŵyr 🙂", "tab\there"])
def test_what_init_writes_is_valid_and_says_the_name(tmp_path: Path, name: str) -> None:
    settings = load(tmp_path, starter(name, "WLS"))
    assert (settings.board.name, settings.board.nation) == (name, Nation.WLS)
    assert settings.instances == ()


def test_places_finds_lines_through_comments_strings_arrays_and_nested_tables() -> None:
    places = Places(
        '# head\n[a]\nx = """\n[b]\ny = 1\n"""\nz = [\n  1,  # one\n  2,\n]\n'
        '[[c]]\nd.e = 1\n[c."f g"]\nh = 1\n[[c]]\nd = 2\n'
    )
    assert places.line(("a",)) == 2
    assert places.line(("a", "x")) == 3
    assert places.line(("a", "z", 1)) == 7
    assert places.line(("c", 0, "d", "e")) == 12
    assert places.line(("c", 0, "f g", "h")) == 14
    assert places.line(("c", 1, "d")) == 16
    assert places.line(("nowhere",)) == 1


def test_the_platform_is_one_instance_more_of_the_boards(tmp_path: Path) -> None:
    told = '[platform]\ntype = "spreadsheet"\npath = "p.xlsx"\n[platform.values.status]\n"Under way" = "in_progress"\n'
    (found,) = load(tmp_path, HEAD + told).instances
    assert (found.name, found.side, found.platform) == ("platform", Side.BOARD, True)
    assert found.options["path"] == "p.xlsx"
    assert found.values == {"status": {"Under way": "in_progress"}}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('type = "carrier-pigeon"\n', "[platform] type = 'carrier-pigeon' is not installed; known: spreadsheet"),
        ('type = "spreadsheet"\npth = "x"\n', 'nearest valid key: "path"'),
        ('type = "spreadsheet"\npath = "x"\ntoken = "abc"\n', "must not stand in the file"),
        ('name = "plan"\ntype = "spreadsheet"\npath = "x"\n', "names are unique"),
    ],
)
def test_a_fault_of_the_platform_is_told_with_its_place(tmp_path: Path, lines: str, said: str) -> None:
    told = fault(tmp_path, HEAD + f"[platform]\n{lines}" + connector('path = "y.xlsx"', 'side = "board"'))
    assert said in told


# --- telling people -------------------------------------------------------------------------------------------------

SMTP = '[[notifier]]\nname = "mail"\ntype = "smtp"\nhost = "mail.example.org"\nsender = "unit@example.org"\n'
PACK = '[[subscription]]\nname = "pack"\nreport = "board"\naudience = ["manager"]\nat = "08:30"\n'


def test_ways_to_tell_people_and_reports_that_go_by_themselves(tmp_path: Path) -> None:
    settings = load(tmp_path, HEAD + SMTP + 'only = ["*@pol.example"]\n' + PACK + 'days = "monday"\n')
    (way,) = settings.notifiers
    assert (way.name, way.type, way.only) == ("mail", "smtp", ("*@pol.example",))
    assert isinstance(way.options, SmtpOptions)
    assert way.options.place() == ("mail.example.org", 587)
    assert [each.name for each in settings.subscriptions] == ["pack"]
    assert [(each.job, each.at, each.days) for each in settings.schedules] == [("subscription pack", "08:30", "monday")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SMTP.replace("smtp", "pigeon"), "type = 'pigeon' is not installed; known: file, smtp"),
        (SMTP + SMTP, "name = 'mail' stands there twice"),
        (SMTP + 'pasword = "x"\n', 'has no key "pasword"; nearest valid key: "password"'),
        (SMTP + 'user = "a"\npassword = "hunter2"\n', "password must not stand in the file"),
        (SMTP + 'user = "a"\n', "takes user together with password or token"),
        (SMTP + 'security = "none"\nuser = "a"\ntoken = { env = "T" }\n', "would show the password"),
        (SMTP + 'user = "a"\ntoken = { env = "T" }\npassword = { env = "P" }\n', "not both"),
        (SMTP.replace("unit@", "Unit <unit@"), "write one address"),
        (SMTP + 'security = "ssl"\n', "'ssl' is not known"),
        (PACK + PACK, "name = 'pack' stands there twice"),
        (PACK.replace('"manager"', '"managr"'), "'managr' is no address, nor manager or chair"),
        (PACK.replace('["manager"]', "[]"), "audience"),
        (PACK + 'formats = ["odt"]\n', "'odt' is not installed; known: html, pdf"),
        (PACK.replace('"board"', '"review"'), "needs about, the ref of the review"),
        (PACK.replace('"board"', '"agency"'), "needs about, the agency's code"),
        (PACK + 'about = "SAR-1"\n', "takes no about"),
        (PACK.replace("08:30", "8.30"), "write a time of day"),
    ],
)
def test_what_is_wrong_with_telling_is_told(tmp_path: Path, text: str, told: str) -> None:
    found = fault(tmp_path, HEAD + text)
    assert told in found
    assert "hunter2" not in found


@pytest.mark.parametrize("hours", ['send_from = "18:00"\n', 'send_until = "7:30"\n'])
def test_the_hours_in_which_people_are_told(tmp_path: Path, hours: str) -> None:
    assert fault(tmp_path, HEAD + hours)
