"""A message as the bytes of an e-mail: the same message gives the same bytes."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from actiontrack.api import Message, SkippableError
from actiontrack.domain.addresses import host_of

NAME = "actiontrack"


def to_mail(message: Message, sender: str) -> bytes:
    """The e-mail, lines ending in CR LF. Raises SkippableError where a header could not be one line."""
    mail = EmailMessage(policy=SMTP)
    host = host_of(sender)
    try:
        mail["From"] = Address(display_name=message.board, addr_spec=sender)
        mail["To"] = Address(addr_spec=message.to)
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = f"<{message.key}@{host}>"
        mail["List-Id"] = f"<{NAME}.{host}>"
        mail["Auto-Submitted"] = "auto-generated"
    except (ValueError, MessageError):
        raise SkippableError("its address or subject can't stand in a header") from None
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for each in message.attachments:
        kind, _, rest = each.kind.partition(";")
        main, _, sub = kind.strip().partition("/")
        given = dict(pair.strip().split("=", 1) for pair in rest.split(";") if "=" in pair)
        mail.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name, params=given)
    for at, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"={NAME}-{message.key}-{at}")
    return mail.as_bytes()
