"""Tests that need a part of their own (an office, a browser, a server, packages) run when asked for, with `-m office`.

Where the part is missing they are skipped with the reason; AT_REQUIRE=office,server makes that a failure.
"""

from __future__ import annotations

import os
import shutil

import hypothesis
import pytest

# Machines differ in speed: no test fails for taking its time.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

PARTS = ("server", "office", "browser", "install")


def _missing(part: str) -> str:
    """Why tests of that part can't run here; "" where they can."""
    if part == "office":
        if not (shutil.which("soffice") or shutil.which("libreoffice")):
            return "LibreOffice is not installed (Debian: libreoffice-calc python3-uno)"
        return ""
    if part == "browser":
        found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        return "" if found else "Chromium is not installed (Debian: chromium)"
    if part == "install":
        return "" if shutil.which("uv") else "uv is not on PATH"
    return ""  # each server's own fixture finds out whether it can be had


def _chosen(config: pytest.Config, mark: str) -> bool:
    """Whether `-m` names the mark itself."""
    return mark in str(config.getoption("markexpr"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what can't run here, and proof at depth unless it is asked for."""
    required = {part.strip() for part in os.environ.get("AT_REQUIRE", "").split(",") if part.strip()}
    why = {part: _missing(part) for part in PARTS}
    for item in items:
        for part in PARTS:
            asked = part in required or _chosen(config, part)
            if item.get_closest_marker(part) and part not in required and (why[part] or not asked):
                item.add_marker(pytest.mark.skip(reason=why[part] or f"{part}: run it with -m {part}"))
        if item.get_closest_marker("proof") and not _chosen(config, "proof"):
            item.add_marker(pytest.mark.skip(reason="proof at depth: run it with -m proof"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail where a part is required and missing."""
    required = {part.strip() for part in os.environ.get("AT_REQUIRE", "").split(",") if part.strip()}
    for part in PARTS:
        if part in required and item.get_closest_marker(part) and _missing(part):
            pytest.fail(f"AT_REQUIRE names {part}: {_missing(part)}", pytrace=False)


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the configuration, clock or name of whoever runs it."""
    for name in ("ACTIONTRACK_CONFIG", "ACTIONTRACK_USER", "AT_NOW", "NO_COLOR", "ACTIONTRACK_DEBUG"):
        monkeypatch.delenv(name, raising=False)
