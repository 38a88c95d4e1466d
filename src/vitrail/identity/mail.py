"""Sending mail by the operator's server. Messages are plain text; headers are made by the standard library, which lets
no line break into them."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage

from vitrail.errors import Unavailable
from vitrail.settings import Settings

log = logging.getLogger("vitrail.mail")
TIMEOUT_S = 20.0
IMPLICIT_TLS = 465


class MailNotSent(Unavailable):
    """The mail server did not take a message."""

    title = "The mail was not sent"
    code = "mail-not-sent"


async def send(settings: Settings, *, to: str, subject: str, text: str) -> None:
    """Hands one message to the mail server. Raises `MailNotSent`, which names neither password nor text."""
    message = _message(settings, to, subject, text)
    try:
        await asyncio.to_thread(_deliver, settings, message)
    except smtplib.SMTPAuthenticationError:
        raise _not_sent("did not accept EMAIL_SMTP_USER and EMAIL_SMTP_PASSWORD") from None
    except smtplib.SMTPRecipientsRefused:
        raise _not_sent("does not take mail for this address") from None
    except smtplib.SMTPNotSupportedError:
        raise _not_sent("offers no encryption (STARTTLS); EMAIL_SMTP_SECURE demands it") from None
    except (smtplib.SMTPException, OSError) as error:
        raise _not_sent(f"can't be used ({type(error).__name__})") from None


def _message(settings: Settings, to: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    try:
        assert settings.smtp_sender is not None
        message["From"] = Address(settings.smtp_sender_name, addr_spec=settings.smtp_sender)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = subject
    except (ValueError, MessageError, IndexError):
        raise MailNotSent("The address is not one that mail can go to.", cure="Correct the address.") from None
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _deliver(settings: Settings, message: EmailMessage) -> None:
    assert settings.smtp_host is not None
    tls = ssl.create_default_context()
    if settings.smtp_secure and settings.smtp_port == IMPLICIT_TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S, context=tls)
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S)
    with server:
        if settings.smtp_secure and settings.smtp_port != IMPLICIT_TLS:
            server.starttls(context=tls)
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)


def _not_sent(what: str) -> MailNotSent:
    return MailNotSent(
        f"The mail server {what}.", cure="Hand the link over by other means; an operator looks at EMAIL_SMTP_*."
    )
