"""An entry in a sentence, for people. What the entry's details say beyond that stays in its details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitrail.audit.log import Action

# The actor comes before; `{subject}` is the subject's name, every other name is one of the entry's details.
WORDS: dict[Action, str] = {
    Action.SIGNED_IN: "signed in",
    Action.SIGN_IN_FAILED: "failed to sign in",
    Action.SIGN_IN_BLOCKED: "was held off after too many failed sign-ins",
    Action.SIGNED_OUT: "signed out",
    Action.SESSION_REVOKED: "ended a sign-in of {subject}",
    Action.PERSON_INVITED: "invited {subject}",
    Action.PERSON_CREATED: "added {subject}",
    Action.PERSON_CHANGED: "changed {subject}",
    Action.PERSON_DEACTIVATED: "switched {subject} off",
    Action.PERSON_REACTIVATED: "switched {subject} on again",
    Action.PERSON_DELETED: "deleted {subject}",
    Action.PASSWORD_CHANGED: "changed the password of {subject}",
    Action.PASSWORD_RESET_ASKED: "asked for a password reset for {subject}",
    Action.PASSWORD_RESET: "reset the password of {subject}",
    Action.GROUP_CREATED: "made the group {subject}",
    Action.GROUP_CHANGED: "changed the group {subject}",
    Action.GROUP_DELETED: "deleted the group {subject}",
    Action.GROUP_MEMBER_ADDED: "put {member} into the group {subject}",
    Action.GROUP_MEMBER_REMOVED: "took {member} out of the group {subject}",
    Action.ATTRIBUTE_CREATED: "made the attribute {subject}",
    Action.ATTRIBUTE_CHANGED: "changed the attribute {subject}",
    Action.ATTRIBUTE_DELETED: "deleted the attribute {subject}",
    Action.ATTRIBUTE_GIVEN: "set the attribute {attribute} for {subject}",
    Action.ATTRIBUTE_TAKEN: "took the attribute {attribute} from {subject}",
    Action.SERVICE_ACCOUNT_CREATED: "made the service account {subject}",
    Action.SERVICE_ACCOUNT_CHANGED: "changed the service account {subject}",
    Action.SERVICE_ACCOUNT_DELETED: "deleted the service account {subject}",
    Action.TOKEN_CREATED: "made the token {subject}",
    Action.TOKEN_ROTATED: "rotated the token {subject}",
    Action.TOKEN_REVOKED: "revoked the token {subject}",
    Action.ROLE_CREATED: "made the custom role {subject}",
    Action.ROLE_CHANGED: "changed the custom role {subject}",
    Action.ROLE_DELETED: "deleted the custom role {subject}",
    Action.GRANT_GIVEN: "gave {subject} the role {role}",
    Action.GRANT_TAKEN: "took the role {role} from {subject}",
    Action.SPACE_CREATED: "made the space {subject}",
    Action.SPACE_CHANGED: "changed the space {subject}",
    Action.SPACE_MOVED: "moved the space {subject}",
    Action.SPACE_RESTRICTED: "restricted the space {subject}",
    Action.SPACE_OPENED_UP: "opened the space {subject} to whoever may see the one above",
    Action.SPACE_DELETED: "deleted the space {subject}",
    Action.SHARE_GIVEN: "shared {subject} with {with}",
    Action.SHARE_TAKEN: "stopped sharing {subject} with {with}",
    Action.CHART_CREATED: "made the chart {subject}",
    Action.CHART_CHANGED: "changed the chart {subject}",
    Action.CHART_MOVED: "moved the chart {subject}",
    Action.CHART_RESTORED: "restored an earlier version of the chart {subject}",
    Action.CHART_DELETED: "deleted the chart {subject}",
    Action.DASHBOARD_CREATED: "made the dashboard {subject}",
    Action.DASHBOARD_CHANGED: "changed the dashboard {subject}",
    Action.DASHBOARD_MOVED: "moved the dashboard {subject}",
    Action.DASHBOARD_RESTORED: "restored an earlier version of the dashboard {subject}",
    Action.DASHBOARD_DELETED: "deleted the dashboard {subject}",
    Action.APP_CREATED: "made the data app {subject}",
    Action.APP_CHANGED: "changed the data app {subject}",
    Action.APP_MOVED: "moved the data app {subject} to {space}",
    Action.APP_RESTORED: "restored version {restored} of the data app {subject}",
    Action.APP_DELETED: "deleted the data app {subject}",
    Action.APP_OPENED: "opened the data app {subject}",
    Action.BUILD_STARTED: "started to build version {version} of {subject}",
    Action.BUILD_CANCELLED: "cancelled the build of version {version} of {subject}",
    Action.BUILD_ENDED: "built version {version} of {subject} with {model}: {outcome}",
    Action.QUERY_ANSWERED: "asked {explore} in {subject} and got {rows} rows",
    Action.QUERY_FAILED: "asked {explore} in {subject} and got no answer",
    Action.EXPORT_MADE: "exported {subject}",
    Action.BUDGET_CREATED: "set a budget for {subject}",
    Action.BUDGET_CHANGED: "changed the budget of {subject}",
    Action.BUDGET_REMOVED: "removed the budget of {subject}",
    Action.USAGE_CORRECTED: "corrected what {subject} cost",
    Action.LICENCE_CHANGED: "the licence is now {status}",
    Action.SETTINGS_CHANGED: "the server started with other settings: {changed}",
    Action.PROJECT_CREATED: "made the project {subject}",
    Action.PROJECT_CHANGED: "changed the project {subject}",
    Action.CATALOG_UPLOADED: "uploaded a catalog with {explores} explores to {subject}: {changes}",
    Action.AUDIT_EXPORTED: "exported {entries} entries of the audit log",
    Action.AUDIT_VERIFIED: "verified the audit log: {result}",
    Action.AUDIT_PRUNED: "removed {entries} entries whose time had passed",
    Action.AUDIT_LOST: "{entries} entries were lost because the database did not take them",
}
WITHOUT_ACTOR = frozenset({Action.LICENCE_CHANGED, Action.SETTINGS_CHANGED, Action.AUDIT_LOST})
SHOWN = 3


class _Words(dict[str, Any]):
    """What a sentence may name; what an entry does not have is left as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(action: str, *, actor: str, subject: str, details: Mapping[str, Any], project: str = "") -> str:
    """`Ada Martin gave Finance the role editor in Jaffle shop`."""
    known = action in set(Action)
    words = WORDS[Action(action)] if known else action
    shown = _Words({key: _shown(value) for key, value in details.items()}, subject=subject or "…")
    text = words.format_map(shown)
    if not known or Action(action) not in WITHOUT_ACTOR:
        text = f"{actor or _nobody(action)} {text}"
    text = text[:1].upper() + text[1:]
    return f"{text} in {project}" if project else text


def _nobody(action: str) -> str:
    return "Somebody" if action.startswith("sign-in.") else "The server"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        more = f" and {len(value) - SHOWN} more" if len(value) > SHOWN else ""
        return ", ".join(map(str, value[:SHOWN])) + more or "none"
    return "none" if value is None else str(value)
