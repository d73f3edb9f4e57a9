"""django-helpdesk (PyPI, BSD-3) on SQLite, with a queue, the custom fields we need, and a key's owner."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import requests
from tests.servers.house import Running, begin, in_venv, wait_for

VERSION = "2.6.1"
_PACKAGES = (f"django-helpdesk=={VERSION}", "waitress==3.0.2")
_USER, _PASSWORD = "connector", "connector-pass-1"
_SETTINGS = """\
SECRET_KEY = 'of a test'; DEBUG = False; ALLOWED_HOSTS = ['127.0.0.1']; ROOT_URLCONF = 'desk_urls'; SITE_ID = 1
USE_TZ = True; TIME_ZONE = 'Europe/London'; DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
INSTALLED_APPS = ['django.contrib.' + each for each in (
    'auth', 'contenttypes', 'sessions', 'sites', 'messages', 'staticfiles', 'admin', 'humanize')]
INSTALLED_APPS += ['rest_framework', 'helpdesk']
MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware']
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'OPTIONS': {
    'context_processors': ['django.template.context_processors.request',
        'django.contrib.auth.context_processors.auth', 'django.contrib.messages.context_processors.messages']}}]
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '%(folder)s/desk.sqlite3',
    'OPTIONS': {'timeout': 20}}}
PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']
STATIC_URL = '/static/'; MEDIA_ROOT = '%(folder)s/media'; LOGIN_URL = '/login/'
EMAIL_BACKEND = 'django.core.mail.backends.dummy.EmailBackend'
HELPDESK_ACTIVATE_API_ENDPOINT = True; HELPDESK_TEAMS_MODE_ENABLED = False
"""
_URLS = """\
from django.urls import include, path
urlpatterns = [path('', include('helpdesk.urls', namespace='helpdesk'))]
"""
_SET_UP = """\
import django; django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
from helpdesk.models import CustomField, Queue
call_command('migrate', verbosity=0)
user = get_user_model()(username='%(user)s', email='connector@cases.invalid', is_staff=True, is_superuser=True)
user.set_password('%(password)s')
user.save()
for number in range(80):
    Queue.objects.create(slug='queue-%%d' %% number, title='Queue %%d' %% number, allow_public_submission=False)
for order, (name, kind, longest) in enumerate(
    [('action_id', 'varchar', 40), ('action_mark', 'varchar', 100), ('action_text', 'text', 100000)]):
    CustomField.objects.create(name=name, label=name, data_type=kind, max_length=longest, ordering=order,
                               required=False, staff_only=True)
"""


def clear(server: Running, queue: int) -> None:
    """Take all tickets of a queue away: the helpdesk takes the longer for any one ticket, the more there are."""
    code = f"""import django; django.setup()
from helpdesk.models import Ticket
Ticket.objects.filter(queue_id={queue}).delete()"""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "desk_settings", "PYTHONPATH": str(server.folder)}
    subprocess.run([in_venv("helpdesk", *_PACKAGES) / "python", "-c", code], env=env, check=True, capture_output=True)


class Helpdesk:
    """django-helpdesk on loopback, its database in the test's folder; its queues are "Queue 0" to "Queue 79"."""

    name = "helpdesk"

    def install(self) -> None:
        """A virtual environment of its own."""
        in_venv("helpdesk", *_PACKAGES)

    def start(self, folder: Path, port: int) -> Running:
        """With empty queues and one user."""
        told = {"folder": folder, "user": _USER, "password": _PASSWORD}
        (folder / "desk_settings.py").write_text(_SETTINGS % told)
        (folder / "desk_urls.py").write_text(_URLS)
        programs = in_venv("helpdesk", *_PACKAGES)
        env = {"DJANGO_SETTINGS_MODULE": "desk_settings", "PYTHONPATH": str(folder)}
        subprocess.run(
            [programs / "python", "-c", _SET_UP % told], cwd=folder, env={**os.environ, **env}, check=True,
            capture_output=True,
        )  # fmt: skip
        application = "django.core.wsgi:get_wsgi_application"
        process = begin(
            [programs / "waitress-serve", f"--listen=127.0.0.1:{port}", "--threads=4", "--call", application],
            folder, **env,
        )  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        wait_for(process, folder, lambda: _answers(url))
        return Running(url, {"user": _USER, "password": _PASSWORD}, folder, process)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/api/tickets/", auth=(_USER, _PASSWORD), timeout=5).status_code == 200
    except requests.RequestException:
        return False
