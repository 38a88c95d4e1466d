"""What the licence and its switches allow: for each feature on, or off with a reason, a cause and a cure.

Off means that nothing new is made: what was made stays, can be looked at and can be taken away, and what was granted
stays granted. A licence never changes who may see what. (Data apps that are off are not opened either; they
stay listed, their sources can be read, and they can be moved and deleted.)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vitrail.errors import FeatureOff
from vitrail.licence.state import LicenceState, LicenceStatus
from vitrail.settings import Settings


class Feature(StrEnum):
    """What can be off. The values are those of the licence, where the licence names them."""

    DATA_APPS = "data_apps"
    CUSTOM_ROLES = "custom_roles"
    GROUPS = "groups"
    SERVICE_ACCOUNTS = "service_accounts"
    EMBEDDING = "embedding"
    MCP = "mcp"


NAMED: tuple[Feature, ...] = (Feature.DATA_APPS, Feature.CUSTOM_ROLES, Feature.SERVICE_ACCOUNTS, Feature.EMBEDDING)
"""A licence opens these by naming them; the others are open with any licence that is in force."""


REASONS: dict[LicenceStatus, str] = {
    LicenceStatus.NONE: "no-licence",
    LicenceStatus.EXPIRED: "licence-expired",
    LicenceStatus.SUSPENDED: "licence-suspended",
    LicenceStatus.INVALID: "licence-invalid",
}


@dataclass(frozen=True, slots=True)
class FeatureState:
    """Whether a feature is on; if not, `reason` is a word for programs, `cause` and `cure` are for people."""

    enabled: bool
    reason: str | None = None
    cause: str | None = None
    cure: str | None = None


class DataAppsOff(FeatureOff):
    title = "Data apps are off"


class CustomRolesOff(FeatureOff):
    title = "Custom roles are off"


class GroupsOff(FeatureOff):
    title = "Groups are off"


class ServiceAccountsOff(FeatureOff):
    title = "Service accounts are off"


class EmbeddingOff(FeatureOff):
    title = "Embedding is off"


class McpOff(FeatureOff):
    title = "MCP is off"


@dataclass(frozen=True, slots=True)
class _About:
    words: str
    variable: str
    off: type[FeatureOff]


ABOUT: dict[Feature, _About] = {
    Feature.DATA_APPS: _About("data apps", "APPS_RUNTIME_ENABLED", DataAppsOff),
    Feature.CUSTOM_ROLES: _About("custom roles", "CUSTOM_ROLES_ENABLED", CustomRolesOff),
    Feature.GROUPS: _About("groups", "GROUPS_ENABLED", GroupsOff),
    Feature.SERVICE_ACCOUNTS: _About("service accounts", "SERVICE_ACCOUNT_ENABLED", ServiceAccountsOff),
    Feature.EMBEDDING: _About("embedding", "EMBEDDING_ENABLED", EmbeddingOff),
    Feature.MCP: _About("MCP", "MCP_ENABLED", McpOff),
}


def feature_state(feature: Feature, settings: Settings, licence: LicenceState) -> FeatureState:
    """Whether a feature is on, and if not, which of licence and switch keeps it off (both, where it is both)."""
    gaps = [gap for gap in (_licence_gap(feature, licence), _switch_gap(feature, settings)) if gap is not None]
    if not gaps:
        return FeatureState(enabled=True)
    return FeatureState(
        enabled=False,
        reason=gaps[0][0],
        cause=" ".join(cause for _, cause, _ in gaps),
        cure=" ".join(cure for _, _, cure in gaps),
    )


def in_general(feature: Feature, state: FeatureState) -> FeatureState:
    """The same for people who do not run the instance: that it is off, and whom to ask."""
    if state.enabled:
        return state
    words = ABOUT[feature].words
    cause = (
        f"{words[0].upper()}{words[1:]} are switched off here."
        if state.reason == "switched-off"
        else f"The licence of this instance does not allow {words} now."
    )
    return FeatureState(False, state.reason, cause, "Ask an administrator; the page “Licence” tells them why.")


def or_off(feature: Feature, state: FeatureState) -> None:
    """Raises the feature's own `FeatureOff`, unless it is on."""
    if not state.enabled:
        raise ABOUT[feature].off(state.cause or "", cure=state.cure or "")


def switched_on(feature: Feature, settings: Settings) -> bool:
    """Where the feature's variable stands, whatever the licence says."""
    return {
        Feature.DATA_APPS: settings.apps_runtime_enabled,
        Feature.CUSTOM_ROLES: settings.custom_roles_enabled,
        Feature.GROUPS: settings.groups_enabled,
        Feature.SERVICE_ACCOUNTS: settings.service_account_enabled,
        Feature.EMBEDDING: settings.embedding_enabled,
        Feature.MCP: settings.mcp_enabled,
    }[feature]


def _switch_gap(feature: Feature, settings: Settings) -> tuple[str, str, str] | None:
    if switched_on(feature, settings):
        return None
    about = ABOUT[feature]
    return (
        "switched-off",
        f"The main switch of {about.words}, {about.variable}, is off.",
        f"Set {about.variable}=true and restart.",
    )


def _licence_gap(feature: Feature, state: LicenceState) -> tuple[str, str, str] | None:
    if not state.usable:
        return REASONS[state.status], state.cause, state.cure
    if feature in NAMED and (state.licence is None or feature.value not in state.licence.features):
        return (
            "not-licensed",
            f"The licence is valid but does not name {ABOUT[feature].words}.",
            f"Ask for a licence with the feature {feature.value}.",
        )
    return None
