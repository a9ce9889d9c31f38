"""A mail server that keeps what it gets: as much of SMTP as a client needs to hand a message in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(slots=True)
class Mailbox:
    """Messages as they came, and whether the next ones are taken."""

    url: str = ""
    messages: list[EmailMessage] = field(default_factory=list)
    is_open: bool = True

    def to(self, address: str) -> list[EmailMessage]:
        """Give the messages to an address."""
        return [each for each in self.messages if each["To"] == address]


async def _serve(box: Mailbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    async def say(line: str) -> None:
        writer.write(f"{line}\r\n".encode())
        await writer.drain()

    await say("220 mail.example.com")
    while line := (await reader.readline()).decode().strip():
        match line.split(maxsplit=1)[0].upper():
            case "DATA":
                await say("354 go on")
                content = await reader.readuntil(b"\r\n.\r\n")
                text = content[:-5].replace(b"\r\n", b"\n")
                message = message_from_bytes(text, policy=policy.default)
                assert isinstance(message, EmailMessage)
                box.messages.append(message)
                await say("250 kept")
            case "MAIL" if not box.is_open:
                await say("451 try again later")
            case "QUIT":
                await say("221 bye")
                break
            case _:
                await say("250 mail.example.com")
    writer.close()


@asynccontextmanager
async def open_mailbox() -> AsyncIterator[Mailbox]:
    """Take mail on a port of its own while the block runs."""
    box = Mailbox()
    server = await asyncio.start_server(
        lambda reader, writer: _serve(box, reader, writer), "127.0.0.1", 0
    )
    async with server:
        box.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield box
