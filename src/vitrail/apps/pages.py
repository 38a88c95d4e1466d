"""Where the renderer finds a version: on this machine, over plain loopback HTTP, with a check pass."""

from __future__ import annotations

from dataclasses import dataclass

from vitrail.apps.check_pass import COOKIE, CheckPass
from vitrail.apps.versions import Job
from vitrail.secret import SecretBox


@dataclass(frozen=True, slots=True)
class LoopbackPages:
    """The check page of the server that listens at `origin` (`http://127.0.0.1:PORT`)."""

    origin: str
    secrets: SecretBox

    @property
    def page(self) -> str:
        """The check page, whatever version it is to show."""
        return f"{self.origin}/render.html"

    def address(self, job: Job) -> tuple[str, dict[str, str]]:
        """The page's address, and the cookie that lets the browser in."""
        pass_ = CheckPass(job.version_id, job.builder_id).issue(self.secrets)
        url = f"{self.page}#app={job.app_id}&version={job.number}"
        return url, {COOKIE: pass_}
