"""Redmine 5 (Debian's packages redmine, redmine-sqlite and puma, GPL-2+) on SQLite, with two people who have keys."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from pathlib import Path

import requests
from tests.servers.house import NotHere, Running, begin, by_apt, wait_for

_ROOT = Path("/usr/share/redmine")
_INSTANCES = Path("/var/lib/redmine")
_PUMA = Path("/usr/bin/puma")
_DATABASE = """\
production:
  adapter: sqlite3
  database: {folder}/redmine.sqlite3
  timeout: 20000
  encoding: utf8
"""
_SET_UP = """\
Setting.rest_api_enabled = '1'
Setting.login_required = '0' # so that a wrong key is nobody's, as Redmine has it when it is new
admin = User.find_by(login: 'admin')
admin.must_change_passwd = false
admin.save!
{ 'Action ID' => 'string', 'Action sync' => 'string', 'Action text' => 'text' }.each do |name, format|
  field = IssueCustomField.new(name: name, field_format: format, is_for_all: true, is_filter: true)
  field.tracker_ids = Tracker.pluck(:id)
  field.save!
end
keys = { admin: admin.api_key }
%w[connector person].each do |login|
  user = User.new(firstname: 'Case', lastname: login.capitalize, mail: "#{login}@cases.invalid", language: 'en')
  user.login = login
  user.password = user.password_confirmation = 'connector-pass-1'
  user.save!
  user.pref.time_zone = 'London'
  user.pref.save!
  keys[login] = user.api_key
end
IO.write(ENV['KEYS'], keys.to_json)
"""


class Redmine:
    """Redmine on loopback, its database and files in the test's folder."""

    name = "redmine"

    def install(self) -> None:
        """Debian's packages. Bookworm's own bundler refuses Debian's gems: the packaged one goes first."""
        if not _PUMA.exists() or not _ROOT.exists():
            by_apt("Redmine", Path("/usr/bin/bundle"), "ruby", "ruby-bundler")
            os.environ.update(_bundler())
            by_apt("Redmine", Path("/usr/share/redmine/config.ru"), "redmine", "redmine-sqlite", "puma")
        if not os.access(_INSTANCES, os.W_OK):
            raise NotHere(f"Redmine keeps its instances in {_INSTANCES}, where this user may not write")

    def start(self, folder: Path, port: int) -> Running:
        """With Redmine's own statuses and trackers; `access` has the keys of admin, connector and person."""
        for each in ("config", "log", "files", "tmp", "public/plugin_assets"):
            (folder / "instance" / each).mkdir(parents=True)
        (folder / "instance/config/database.yml").write_text(_DATABASE.format(folder=folder))
        (folder / "instance/config/secret_key.txt").write_text(secrets.token_hex(32))
        for left in _INSTANCES.glob("at*"):
            if not left.exists():
                left.unlink()
        instance = f"at{secrets.token_hex(5)}"
        (_INSTANCES / instance).symlink_to(folder / "instance")
        env = {
            "REDMINE_INSTANCE": instance, "RAILS_ENV": "production", "REDMINE_LANG": "en", "SCHEMA": "/dev/null",
            "RAILS_LOG_TO_STDOUT": "1", "BUNDLE_SILENCE_ROOT_WARNING": "1", "KEYS": str(folder / "keys.json"),
            **_bundler(),
        }  # fmt: skip
        (folder / "set_up.rb").write_text(_SET_UP)
        for command in ("rake db:migrate", "rake redmine:load_default_data", f"rails runner {folder}/set_up.rb"):
            _run(["bundle", "exec", *command.split()], env)
        url = f"http://127.0.0.1:{port}"
        puma = [_PUMA, "-e", "production", "-b", f"tcp://127.0.0.1:{port}", "-t", "4:4", "-C", "/dev/null"]
        process = begin([*puma, "--dir", _ROOT, _ROOT / "config.ru"], folder, **env)
        wait_for(process, folder, lambda: _answers(url))
        return Running(url, json.loads((folder / "keys.json").read_text()), folder, process)


def _bundler() -> dict[str, str]:
    found = sorted(Path("/usr/share/rubygems-integration/all/gems").glob("bundler-*/lib"))
    return {"RUBYLIB": str(found[0])} if found else {}


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=_ROOT, env={**os.environ, **env}, check=False, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"`{' '.join(command)}` failed: {(done.stderr or done.stdout).strip()[-2000:]}")


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/login", timeout=10).ok
    except requests.RequestException:
        return False
