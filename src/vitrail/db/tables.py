"""Imports every noun's tables, so that `Base.metadata` is whole. A new noun adds its line here and a migration."""

from __future__ import annotations

import vitrail.access.tables
import vitrail.apps.tables
import vitrail.audit.tables
import vitrail.charts.tables
import vitrail.dashboards.tables
import vitrail.identity.tables
import vitrail.licence.tables
import vitrail.projects.tables
import vitrail.spaces.tables
import vitrail.usage.tables  # noqa: F401
from vitrail.db.base import Base

METADATA = Base.metadata
