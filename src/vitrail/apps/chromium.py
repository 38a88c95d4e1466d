"""Finding and starting the Chromium that checks apps.

The page that it opens runs what a model wrote, so the browser is walled in: as root it is started under an unprivileged
user of its own with Chromium's own sandbox on, with a profile folder that is its alone, and every host name but the
loopback address resolves to nothing.
"""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vitrail.errors import Unavailable

# Debian's, Ubuntu's, Fedora's and Google's names, in the order of preference.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")

BROWSER_UID = 64_123
"""The user that the browser runs as when the server is root. It owns nothing but the profile folder."""

FLAGS = (
    # Nothing that Chromium does for itself may leave the machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    # A server has no display and no GPU; one process fewer.
    "--disable-gpu",
    "--in-process-gpu",
    "--mute-audio",
    # Pages are measured while nobody looks at them.
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    # The bytes that a page may hold; a runaway app fails instead of taking the machine.
    "--js-flags=--max-old-space-size=512",
)


class NoBrowser(Unavailable):
    """There is no Chromium to render with; versions then say that they were not rendered."""

    title = "No browser to render with"
    code = "no-browser"


@dataclass(frozen=True, slots=True)
class BrowserProgram:
    """What Playwright starts: a program, its flags, and whether Chromium's own sandbox is on."""

    executable: Path
    flags: tuple[str, ...]
    sandboxed: bool
    folder: Path
    """The folder of its profile, removed when the browser ends."""


def find_chromium(configured: str | None) -> Path:
    """The Chromium to use: the operator's (`VITRAIL_CHROMIUM`), one on the PATH, or one that Playwright brought.

    Raises `NoBrowser` with what to install.
    """
    if configured:
        if Path(configured).is_file():
            return Path(configured)
        raise NoBrowser(
            f"VITRAIL_CHROMIUM is {configured}, and there is no such file.",
            cure="Set it to a Chromium program, or remove it so that one is looked up.",
        )
    for name in PROGRAMS:
        if found := shutil.which(name):
            return Path(found)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    brought = sorted(cache.glob("chromium*/chrome-linux*/chrome")) + sorted(cache.glob("chromium*/*/headless_shell"))
    if brought:
        return brought[-1]
    raise NoBrowser(
        "No Chromium was found on this machine.",
        cure="Install one (Debian: apt-get install chromium; elsewhere: playwright install chromium) or set "
        "VITRAIL_CHROMIUM to its path.",
    )


def prepare_program(chromium: Path) -> BrowserProgram:
    """How to start `chromium` here: as root under `BROWSER_UID` through a small start script, else as it is."""
    folder = Path(tempfile.mkdtemp(prefix="vitrail-browser-"))
    if os.geteuid() != 0:
        return BrowserProgram(chromium, FLAGS, sandboxed=True, folder=folder)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NoBrowser(
            "The server runs as root and `setpriv` is missing, so the browser could not be given its own user.",
            cure="Install util-linux, or run the server as an ordinary user.",
        )
    profile = folder / "profile"
    profile.mkdir(mode=0o700)
    os.chown(profile, BROWSER_UID, BROWSER_UID)
    folder.chmod(0o755)
    start = folder / "start"
    drop = (setpriv, "--reuid", str(BROWSER_UID), "--regid", str(BROWSER_UID), "--clear-groups", "--no-new-privs")
    # The last --user-data-dir wins over the one that Playwright made as root.
    start.write_text(
        "#!/bin/sh\n"
        f"HOME={shlex.quote(str(profile))}; XDG_CONFIG_HOME=$HOME; XDG_CACHE_HOME=$HOME\n"
        "export HOME XDG_CONFIG_HOME XDG_CACHE_HOME\n"
        f'exec {shlex.join(drop)} {shlex.quote(str(chromium))} "$@" --user-data-dir="$HOME"\n'
    )
    start.chmod(0o755)
    return BrowserProgram(start, FLAGS, sandboxed=True, folder=folder)
