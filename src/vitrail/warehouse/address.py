"""A connection URL taken apart, by us and not by the driver: what can't be read is refused without repeating it, since
what is wrong with an address is often its password."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from vitrail.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Address:
    """`scheme://user:password@host:port/path?options`, decoded. What is missing is an empty text (or None)."""

    scheme: str
    user: str
    password: str = field(repr=False)
    host: str
    port: int | None
    path: tuple[str, ...]
    """The parts between slashes."""
    options: Mapping[str, str] = field(repr=False)

    def without_password(self, message: str) -> str:
        """A driver's message that may be shown: none of the address's secrets is in it."""
        secrets = [self.password, *(value for name, value in self.options.items() if is_secret(name))]
        for secret in sorted((secret for secret in secrets if secret), key=len, reverse=True):
            message = message.replace(secret, "…")
        return message

    def only(self, known: Collection[str], example: str) -> None:
        """Raises `InvalidInput` for an option that is not `known`."""
        if unknown := sorted(set(self.options) - set(known)):
            raise InvalidInput(
                f"A {self.scheme} address has no option {unknown[0][:40]!r}; there are {', '.join(sorted(known))}.",
                cure=f"Write {example}.",
            )

    def need(self, example: str, **parts: object) -> None:
        """Raises `InvalidInput` for the first of the named parts that is missing."""
        for name, value in parts.items():
            if not value:
                raise InvalidInput(f"The address names no {name.replace('_', ' ')}.", cure=f"Write {example}.")


def shown(url: str) -> str:
    """A server's address as it may be shown: without password, and without every option that holds a secret."""
    try:
        found = read(url)
    except InvalidInput:
        return f"{url.partition('://')[0][:40]}://…"
    user = f"{quote(found.user)}@" if found.user else ""
    port = f":{found.port}" if found.port else ""
    options = {name: value for name, value in found.options.items() if not is_secret(name)}
    asked = f"?{urlencode(options, safe='/:')}" if options else ""
    path = "".join(f"/{quote(part)}" for part in found.path)
    return f"{found.scheme}://{user}{quote(found.host, safe=':')}{port}{path}{asked}"


def is_secret(option: str) -> bool:
    """Whether an option of an address holds something that nobody may see."""
    name = option.lower()
    return any(word in name for word in ("password", "passphrase", "token", "secret", "key", "credential"))


def read(url: str) -> Address:
    """Take a URL apart. Raises `InvalidInput`, without any part of the URL in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
        options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query), max_num_fields=40)
        path = tuple(unquote(part, errors="strict") for part in parts.path.split("/") if part)
        user = unquote(parts.username or "", errors="strict")
        password = unquote(parts.password or "", errors="strict")
        host = unquote(parts.hostname or "", errors="strict")
    except ValueError:
        raise _unreadable() from None
    everything = (user, password, host, *path, *(text for option in options for text in option))
    if parts.fragment or any("@" in part for part in path) or any(not text.isprintable() for text in everything):
        raise _unreadable()
    if len({name for name, _ in options}) < len(options):
        raise InvalidInput("The address has one option twice.", cure="Give each option once.")
    return Address(parts.scheme.lower(), user, password, host, port, path, dict(options))


def _unreadable() -> InvalidInput:
    return InvalidInput(
        "The warehouse's address can't be read.",
        cure="Write scheme://user:password@host:port/database?option=value, and write the characters @ : / ? # % of a "
        "user name or password as %40 %3A %2F %3F %23 %25.",
    )
