"""The security headers of the host's own pages and of the API, as data. Each exception names its reason.

The frame document of a running app is not the host's: its route sends a policy of its own, and an answer that brings
a Content-Security-Policy keeps it untouched.
"""

from __future__ import annotations

from vitrail.apps.csp import frame_source
from vitrail.settings import Settings

# For the API and everything else that is not a page: nothing may load, frame or run.
API_CSP = "default-src 'none'; frame-ancestors 'none'"

COMMON: dict[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Names looked up ahead are a way out for data that a policy does not cover.
    "X-DNS-Prefetch-Control": "off",
}
# Clickjacking, for browsers that do not know frame-ancestors; goes with our own policies only.
FRAME_OPTIONS = {"X-Frame-Options": "DENY"}
HTTPS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def host_page_csp(settings: Settings) -> str:
    """The policy of the host's pages."""
    cdn = f" {settings.cdn_origin}" if settings.cdn_origin else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            # Mantine sets styles on elements and adds a style element with the theme's variables.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{cdn}",
            "manifest-src 'self'",
            # Only the frame document: this alone keeps an app from navigating its frame away with data.
            f"frame-src {frame_source(settings.preview_origin)}",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
        )
    )
