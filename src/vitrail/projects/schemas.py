"""What goes over the wire about projects. Folders and addresses of warehouses stay on the server."""

from __future__ import annotations

from datetime import datetime

from vitrail.wire import Wire


class Project(Wire):
    id: str
    name: str
    preview: bool
    role: str
    scopes: list[str]
    created_at: datetime
