"""The frame's policy, word for word, and that settings can't add one."""

from __future__ import annotations

import pytest

from vitrail.apps.csp import frame_headers, frame_source

POLICY = (
    "default-src 'none'; script-src 'nonce-abc' blob:; style-src 'unsafe-inline'; img-src blob: data:; "
    "font-src data:; form-action 'none'; base-uri 'none'; frame-src 'none'; worker-src 'none'; "
    "frame-ancestors 'self'; sandbox allow-scripts"
)


def test_the_frame_may_do_this_and_nothing_more() -> None:
    headers = frame_headers("abc")
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-DNS-Prefetch-Control"] == "off"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_another_host_origin_may_hold_it() -> None:
    headers = frame_headers("abc", host_origin="https://data.example.com/")
    assert "frame-ancestors 'self' https://data.example.com;" in headers["Content-Security-Policy"]


def test_the_host_page_frames_the_document_alone() -> None:
    assert frame_source(None) == "'self'"
    assert frame_source("https://apps.example.com/") == "https://apps.example.com/frame"


@pytest.mark.parametrize(
    "origin",
    ["javascript:alert(1)", "https://a.com; script-src *", "https://*", "a.com", "https://", "https://u@a.com"],
)
def test_an_operator_can_not_widen_it_by_mistake(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        frame_source(origin)
