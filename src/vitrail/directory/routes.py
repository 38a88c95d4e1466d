"""All HTTP of the directory."""

from __future__ import annotations

from fastapi import APIRouter

from vitrail.directory.attribute_routes import router as attributes
from vitrail.directory.group_routes import router as groups
from vitrail.directory.people_routes import router as people
from vitrail.directory.project_access_routes import router as project_access
from vitrail.directory.role_routes import router as roles
from vitrail.directory.service_account_routes import router as service_accounts

router = APIRouter()
for each in (people, groups, roles, attributes, service_accounts, project_access):
    router.include_router(each)
