"""A mail server that speaks SMTP (aiosmtpd), with STARTTLS and a user where wanted."""

from __future__ import annotations

import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.wire.certificate import certificate
from vitrail.serving import free_port

USER, PASSWORD = "postmaster", "a mail password"


class SmtpServer:
    """`mails` are what came; `refuse` turns recipients away."""

    def __init__(self, *, tls: Path | None = None, login: bool = False) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = False
        self.encrypted: list[bool] = []
        self.ca_file = certificate(tls) if tls is not None else None
        more: dict[str, Any] = {}
        if self.ca_file is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.ca_file)
            more |= {"tls_context": context, "require_starttls": True}
        if login:
            more |= {"authenticator": self._check, "auth_required": True, "auth_require_tls": tls is not None}
        self.port = free_port("127.0.0.1", 0)  # the controller knocks at its own port, so it has to know it
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **more)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop(no_assert=True)

    def _check(self, _server: object, _session: object, _envelope: object, mechanism: str, data: object) -> AuthResult:
        fine = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=fine, handled=False)

    async def handle_RCPT(
        self, _server: object, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"
