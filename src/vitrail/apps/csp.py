"""The walls around a running app, as data: the policy of its frame, the policy of the page that holds the frame.

An app is written by a model from people's words and shows governed numbers, so it must have no way to send anything
anywhere. Each line below closes a way out that was tried in Chromium (docs/serving.md lists them).
"""

from __future__ import annotations

from urllib.parse import urlsplit

FRAME_PATH = "/frame"

# What the frame document may do. Nothing loads from any address: code and styles come over a MessageChannel.
FRAME_POLICY: tuple[tuple[str, str], ...] = (
    ("default-src", "'none'"),  # no connection, media, object, manifest, prefetch
    ("script-src", "'nonce-{nonce}' blob:"),  # the bootstrap and its import map; modules made of handed-over text
    ("style-src", "'unsafe-inline'"),  # the app's styles in one element, and styles that charts set on elements
    ("img-src", "blob: data:"),  # pictures that are part of the app's own code
    ("font-src", "data:"),
    ("form-action", "'none'"),  # a form is a request; default-src does not cover it
    ("base-uri", "'none'"),
    ("frame-src", "'none'"),
    ("worker-src", "'none'"),  # without this line, script-src would allow blob workers
    ("frame-ancestors", "{host}"),  # only the host's pages may hold it
    ("sandbox", "allow-scripts"),  # the same opaque origin when somebody opens the document by itself
)

# Beside the policy. WebRTC and WebTransport, which no policy covers, are taken away by the bootstrap itself.
FRAME_HEADERS: dict[str, str] = {
    "X-DNS-Prefetch-Control": "off",  # a looked-up name carries data
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(), "
        "display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), "
        "identity-credentials-get=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), "
        "otp-credentials=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), "
        "serial=(), storage-access=(), usb=(), xr-spatial-tracking=()"
    ),
    "Cache-Control": "no-store",  # the nonce is used once
}


def frame_headers(nonce: str, *, host_origin: str | None = None) -> dict[str, str]:
    """All headers of `GET /frame`. `host_origin` is where the host's pages live when that is not the frame's own
    origin (`https://data.example.com`)."""
    host = "'self'" if not host_origin else f"'self' {_origin(host_origin)}"
    policy = "; ".join(f"{name} {value.format(nonce=nonce, host=host)}" for name, value in FRAME_POLICY)
    return {"Content-Security-Policy": policy, **FRAME_HEADERS}


def frame_source(preview_origin: str | None) -> str:
    """What `frame-src` of the host's pages says: the frame document and nothing else.

    This line alone keeps an app from navigating its own frame away with data in the address. A page that knows the
    origin names the path too; `'self'` can't.
    """
    return "'self'" if not preview_origin else f"{_origin(preview_origin)}{FRAME_PATH}"


def _origin(url: str) -> str:
    """`https://host:port` of an address: nothing that an operator writes can add a word to a policy."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or any(c in parts.netloc for c in " ;,'\"@*"):
        raise ValueError(f"{url!r} is not an origin such as https://data.example.com")
    return f"{parts.scheme}://{parts.netloc}"
