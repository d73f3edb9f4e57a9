"""The time, or the instant that AT_NOW fixes it at."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from actiontrack.errors import ConfigurationError, UserError

VARIABLE = "AT_NOW"


class SystemClock:
    """The system's clock in the board's time zone (`ports.Clock`).

    AT_NOW fixes it: an ISO instant ("2026-11-24T09:00:00Z"); one without an offset, or a bare date, is the board's
    wall clock. Raises ConfigurationError for an unknown time zone, UserError for an AT_NOW that is no instant.
    """

    def __init__(self, timezone: str, environ: Mapping[str, str] = os.environ) -> None:
        try:
            self._zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ConfigurationError(
                f"[board] timezone: there is no time zone {timezone!r}; write one like 'Europe/London'."
            ) from error
        self._fixed = self._parse(environ.get(VARIABLE, "").strip())

    def now(self) -> datetime:
        """The instant, aware and in UTC."""
        return self._fixed or datetime.now(UTC)

    def today(self) -> date:
        """The calendar date in the board's time zone."""
        return self.now().astimezone(self._zone).date()

    def _parse(self, text: str) -> datetime | None:
        if not text:
            return None
        try:
            instant = datetime.fromisoformat(text)
            if instant.tzinfo is None:
                instant = instant.replace(tzinfo=self._zone)
            return instant.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise UserError(f"{VARIABLE} is {text!r}, which is no ISO instant; write 2026-11-24T09:00:00Z.") from error
