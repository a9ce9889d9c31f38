"""E-mail by SMTP: what the server sends to people, and where the links in it lead.

Messages go out from a worker's job, never while somebody waits for an answer. Neither their text
nor their addresses are logged.
"""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

from domain.mail import Mail

SCHEMES: Final = frozenset({"smtp", "smtps"})
_SECONDS: Final = 10.0
_PORTS: Final = {"smtp": 587, "smtps": 465}


class NoMailError(LookupError):
    """A message was to be sent, and the installation has no mail server."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends the mail of an installation; one without a URL cannot, and says so."""

    url: str | None = None
    """smtps://user:password@host:465, or smtp:// where the connection is encrypted by STARTTLS."""
    sender: str = ""
    public_url: str = ""
    """Where people reach the server, without a slash at the end."""

    @property
    def can_send(self) -> bool:
        """Whether there is a mail server."""
        return self.url is not None

    def link(self, page: str, secret: str) -> str:
        """Give the address of a page that takes a secret.

        It stands behind a #, so that browsers send it to no server, in no Referer header.
        """
        return f"{self.public_url}/{page}#token={secret}"

    async def send(self, mail: Mail) -> None:
        """Send a message; raises NoMailError, OSError or smtplib.SMTPException."""
        if self.url is None:
            raise NoMailError
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2].strip("> "))
        # Answering machines leave such messages alone.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        async with asyncio.timeout(_SECONDS):
            await asyncio.to_thread(_deliver, self.url, message)


def _deliver(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=_SECONDS)
    with server:
        if parts.scheme == "smtp":
            server.ehlo()
            # A password goes over an encrypted connection or not at all.
            if server.has_extn("starttls") or parts.username:
                server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
