"""Every error, sorted by what to do about it.

The message of each is one line for the person who reads it: what, where (file, sheet, cell or key) and what to do.
"""

from __future__ import annotations


class ActionTrackError(Exception):
    """The root of everything actiontrack raises on purpose."""


class UserError(ActionTrackError):
    """Their input needs changing. Shown as one line, without a traceback (exit code 2 unless a subclass says more)."""

    exit_code = 2


class ConfigurationError(UserError):
    """The configuration needs changing: the message names file, line, value and the nearest valid key."""

    exit_code = 3


class AccessRefused(UserError):  # noqa: N818 - what happened
    """The other system does not let us in (401, 403): nothing is tried again until somebody mended that."""


class CursorExpired(ActionTrackError):  # noqa: N818 - as above
    """The other system no longer knows the cursor it gave: everything has to be read."""


class RetryableError(ActionTrackError):
    """It may work later; nothing was changed."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds to wait before the next try, where the other side said so."""


class SkippableError(ActionTrackError):
    """This record cannot go; the rest can."""

    op_id = ""
    """The write that can't, where that is not the first one without an outcome."""


class PreconditionFailed(ActionTrackError):  # noqa: N818 - the HTTP term (RFC 9110, 15.5.13) is the clearest name
    """The state is not what was expected: a stale version, something that already exists, or something not found."""


class NotFound(PreconditionFailed, UserError):  # noqa: N818 - what happened, in the word everybody uses
    """No record goes by that name here."""


class NotAllowed(UserError):  # noqa: N818 - as above
    """A rule of the domain forbids the step; the message says why and what is missing."""
