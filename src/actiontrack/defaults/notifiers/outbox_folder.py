"""Messages as files: for trying out, and for whoever carries them on in a way of their own."""

from __future__ import annotations

import os
from collections.abc import Iterable

from actiontrack.api import Message, NotifierContext, Problem, RetryableError, write_whole
from actiontrack.defaults.notifiers.mail import to_mail
from actiontrack.defaults.notifiers.options import FileOptions


class FileNotifier:
    """Writes each message once: a second try writes the same file again."""

    def __init__(self, options: FileOptions, context: NotifierContext) -> None:
        self._options = options
        self._folder = context.folder / options.folder

    def send(self, message: Message) -> str:
        """As `Notifier`."""
        name = f"{message.at:%Y-%m-%d}-{message.key}.eml"
        content = to_mail(message, self._options.sender)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / name, content)
        except OSError as error:
            raise RetryableError(f"{self._options.folder}/{name} can't be written: {error.strerror}") from error
        return f"written to {self._options.folder}/{name}"

    def check(self) -> Iterable[Problem]:
        """As `Notifier`."""
        near = next(each for each in (self._folder, *self._folder.parents) if each.exists())
        if not near.is_dir() or not os.access(near, os.W_OK):
            yield Problem(f"Messages can't be written to {self._folder}.", "Mend the rights of the folder.")
