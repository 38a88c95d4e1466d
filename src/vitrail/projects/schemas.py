"""What goes over the wire about projects. Folders and addresses of warehouses stay on the server."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from vitrail.wire import Flag, Wire
from vitrail.words import Name


def _a_path(text: str) -> str:
    if any(ord(character) < 32 for character in text):
        raise ValueError("no line ends and no control characters, please")
    return text


Folder = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_a_path)]
Warehouse = Annotated[SecretStr, Field(min_length=1, max_length=10_000)]
"""An address that may carry a password, or a key of some kilobytes: in errors and logs it shows as stars."""


class Project(Wire):
    id: str
    name: str
    preview: bool
    role: str
    scopes: list[str]
    created_at: datetime


class NewConnection(Wire):
    """Folder and file are meant from the folder that projects are connected from (`VITRAIL_PROJECTS_DIR`)."""

    dbt: Folder | None = Field(default=None, description="Left out where the catalog is only ever uploaded.")
    warehouse: Warehouse


class NewProject(NewConnection):
    name: Name
    preview: Flag = Field(default=False, description="A project to try things in; see the `@preview` scopes.")


class ProjectChange(Wire):
    name: Name


class ConnectionProblem(Wire):
    title: str
    cause: str
    cure: str
    where: str | None = Field(description="Model, file and line, as far as known.")
    fatal: bool = Field(description="What it is about can't be asked.")


class ConnectionOut(Wire):
    """How a project is connected, tried at this moment."""

    dbt: str = Field(description="Empty where the catalog is only ever uploaded.")
    warehouse: str = Field(description="Without a password.")
    works: bool
    explores: int
    fields: int
    problems: list[ConnectionProblem]
    connected_at: datetime


class ProjectSources(Wire):
    """What could be connected, found below the folder that projects are connected from."""

    folder: str
    dbt: list[str]
    warehouses: list[str]
