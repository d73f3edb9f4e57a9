"""Secrets come from the environment, a file, systemd or the keyring, never from the configuration itself."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actiontrack.errors import ConfigurationError

WAYS = ("env", "file", "credential", "keyring")
_EXAMPLES = "{ env = … }, { file = … }, { credential = … }, { keyring = … }"
_SECRET_KEYS = frozenset({"token", "password", "secret", "api_key", "apikey", "client_secret", "passphrase"})


def secret_fault(key: str, value: Any) -> str:
    """What is wrong with the value of a key that holds a secret, in a phrase; "" where nothing is."""
    if key.lower() not in _SECRET_KEYS:
        return ""
    if isinstance(value, Mapping):
        if len(value) == 1 and next(iter(value)) in WAYS and str(next(iter(value.values()))):
            return ""
        return f"{key} takes exactly one of {_EXAMPLES}"
    return f'{key} must not stand in the file; write {key} = {{ env = "NAME" }}, or one of {_EXAMPLES}'


def secret_value(where: Mapping[str, str], folder: Path, environ: Mapping[str, str]) -> str:
    """Fetch a secret; a file is relative to the configuration. Raises ConfigurationError that never shows it."""
    (way, name), *more = [(key, str(value)) for key, value in where.items() if value] or [("", "")]
    if more or way not in WAYS:
        raise ConfigurationError(f"a secret takes exactly one of {_EXAMPLES}")
    if way == "env":
        found = environ.get(name, "")
    elif way == "file":
        found = _file(folder / name)
    elif way == "credential":
        found = _credential(name, environ)
    else:
        found = _keyring(name)
    if not found:
        raise ConfigurationError(f"the secret {{ {way} = {name!r} }} is empty or not set; set it and try again")
    return found


def _credential(name: str, environ: Mapping[str, str]) -> str:
    """One that systemd hands a service (systemd.exec(5), LoadCredential=)."""
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder or Path(name).name != name:
        raise ConfigurationError(
            f"the credential {name!r} is one that systemd gives to a service (LoadCredential=); this is none"
        )
    return _file(Path(folder) / name)


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"the secret's file {path} can't be read: {error.strerror}") from None


def _keyring(name: str) -> str:
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise ConfigurationError(
            'a secret is said to be in the keyring, but the package "keyring" is not installed'
        ) from None
    service, _, user = name.partition("/")
    return str(keyring.get_password(service, user or service) or "")
