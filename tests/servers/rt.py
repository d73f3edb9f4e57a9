"""Request Tracker 5 (Debian, GPL-2) with queues that are set up by the connector's own script."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import requests
from tests.servers.house import NotHere, Running, begin, by_apt, wait_for

from actiontrack_request_tracker.setting_up import Wanted, script

_SHARE = Path("/usr/share/request-tracker5")
_SERVER = _SHARE / "libexec" / "rt-server"
AGENCY, STRICT = "Safeguarding", "Strict"
USER, PASSWORD = "actiontrack", "connector-pass-1"
PERSON = "person"
"""Somebody of the agency's; the password is the connector's."""

_SITE = """\
Set($rtname, 'cases.local');
Set($Organization, 'cases.local');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($Timezone, 'Europe/London');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.sqlite3');
Set($SendmailPath, '/bin/true');
Set($NotifyActor, 0);
Set($BcryptCost, 4);
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
Set($WebSessionClass, 'Apache::Session::File');
Set(%Lifecycles, strict => {{ type => 'ticket', initial => ['proposed'], active => ['accepted', 'in progress'],
  inactive => ['evidence submitted', 'deleted'], defaults => {{ on_create => 'proposed' }},
  transitions => {{ '' => ['proposed'], 'proposed' => ['accepted'], 'accepted' => ['in progress'],
    'in progress' => ['evidence submitted'], 'evidence submitted' => ['in progress'] }},
  rights => {{ '* -> *' => 'ModifyTicket' }}, actions => [] }});
$RT::MasonDataDir = '{folder}/mason';
$RT::MasonSessionDir = '{folder}/session';
1;
"""
_PEOPLE = r"""
use RT -init;
my ($password) = @ARGV;
my $system = RT->SystemUser;
my $user;
for my $name ( 'root', 'actiontrack', 'person' ) {
    $user = RT::User->new($system);
    $user->Load($name);
    $user->Create( Name => $name, Privileged => 1, Timezone => 'Europe/London' ) unless $user->id;
    my ( $ok, $why ) = $user->IsPassword($password) ? 1 : $user->SetPassword($password);
    die $why unless $ok;
}
for my $right (qw(SeeQueue ShowTicket ShowTicketComments CreateTicket ModifyTicket CommentOnTicket DeleteTicket)) {
    my ( $ok, $why ) = $user->PrincipalObj->GrantRight( Right => $right, Object => RT->System );
    die $why unless $ok;
}
"""
_STRICT = r"""
use RT -init;
my $queue = RT::Queue->new( RT->SystemUser );
$queue->Create( Name => 'Strict', Lifecycle => 'strict' );
"""


class RequestTracker:
    """RT on loopback over SQLite, with two workers."""

    name = "rt"

    def install(self) -> None:
        """Debian's packages; the database they would make is not wanted."""
        if not _SERVER.exists() and os.geteuid() == 0:
            wishes = "request-tracker5 request-tracker5/install-cronjobs boolean false\n"
            wishes += "request-tracker5 request-tracker5/dbconfig-install boolean false\n"
            subprocess.run(["debconf-set-selections"], input=wishes.encode(), check=False)
        by_apt("Request Tracker", _SERVER, "request-tracker5", "rt5-db-sqlite", "rt5-standalone")

    def start(self, folder: Path, port: int) -> Running:
        """With its queues set up; `access` has user, password, a token, and the queues' names."""
        env = _env(folder)
        for name in ("RT_SiteConfig.d", "mason", "session"):
            (folder / name).mkdir()
        (folder / "RT_SiteConfig.pm").write_text(_SITE.format(port=port, folder=folder))
        _run(folder, env, "/usr/sbin/rt-setup-database-5", "--action", "init", "--skip-create")
        _perl(folder, env, _STRICT)
        told = _perl(folder, env, script(Wanted(AGENCY, USER)))
        token = re.search(r"^token: (\S+)$", told, re.M)
        prepare(folder, STRICT)
        _perl(folder, env, _PEOPLE, PASSWORD)
        serve = [_SERVER, "--server", "Starlet", "--host", "127.0.0.1", "--port", str(port), "--max-workers", "3"]
        process = begin(serve, folder, **env)
        url = f"http://127.0.0.1:{port}"
        wait_for(process, folder, lambda: _answers(url))
        access = {"user": USER, "password": PASSWORD, "token": token.group(1) if token else "", "queue": AGENCY}
        return Running(url, access, folder, process)


def prepare(folder: Path, queue: str, *, reviews: str = "", board: bool = False) -> None:
    """Set one more queue up, by the connector's script."""
    _perl(folder, _env(folder), script(Wanted(queue, USER, reviews, board=board)))


def run_script(folder: Path, text: str) -> str:
    """Run a set-up script as an administrator does; what it tells."""
    return _perl(folder, _env(folder), text)


def _env(folder: Path) -> dict[str, str]:
    return {"RT_SITE_CONFIG": str(folder / "RT_SiteConfig.pm"), "RT_SITE_CONFIG_DIR": str(folder / "RT_SiteConfig.d")}


def _perl(folder: Path, env: dict[str, str], text: str, *args: str) -> str:
    program = folder / "program.pl"
    program.write_text(text, encoding="utf-8")
    return _run(folder, env, "perl", "-I", str(_SHARE / "lib"), str(program), *args)


def _run(folder: Path, env: dict[str, str], *command: str) -> str:
    done = subprocess.run(command, cwd=folder, env={**os.environ, **env}, check=False, capture_output=True, text=True)
    if done.returncode:
        raise NotHere(f"RT can't be made: {' '.join(command[:3])}: {(done.stderr or done.stdout)[-600:]}")
    return done.stdout


def _answers(url: str) -> bool:
    try:
        asked = requests.get(f"{url}/REST/2.0/rt", auth=("root", PASSWORD), timeout=30)
    except requests.RequestException:
        return False
    return asked.status_code == 200
