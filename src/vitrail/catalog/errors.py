"""Why a whole project could not be read. A single bad model is a `Problem` in the catalog instead."""

from __future__ import annotations

from vitrail.errors import VitrailError


class ProjectUnreadable(VitrailError):
    """The dbt folder, or its manifest, can't be used at all."""

    status = 422
    title = "The dbt project can't be read"
    code = "project-unreadable"
