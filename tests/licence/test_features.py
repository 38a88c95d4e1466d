"""Each state of the licence × each feature × each switch: what is on, and the reason, cause and cure of what is off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from vitrail.db.base import now
from vitrail.errors import FeatureOff
from vitrail.licence.features import ABOUT, NAMED, Feature, feature_state, or_off
from vitrail.licence.keys import Licence
from vitrail.licence.state import LicenceState, LicenceStatus
from vitrail.settings import load_settings

AT = now()
REASONS = {
    LicenceStatus.NONE: "no-licence",
    LicenceStatus.EXPIRED: "licence-expired",
    LicenceStatus.SUSPENDED: "licence-suspended",
    LicenceStatus.INVALID: "licence-invalid",
}


def state(status: LicenceStatus, *named: str) -> LicenceState:
    licence = Licence("id", AT, AT + timedelta(days=1), frozenset(named))
    return LicenceState(status, f"It is {status}.", "Renew it.", licence)


@pytest.mark.parametrize("switch", [True, False])
@pytest.mark.parametrize("feature", Feature)
@pytest.mark.parametrize("status", LicenceStatus)
def test_state_by_feature_by_switch(status: LicenceStatus, feature: Feature, switch: bool) -> None:
    settings = load_settings(**{ABOUT[feature].variable: str(switch).lower()})
    found = feature_state(feature, settings, state(status, *NAMED))
    works = status in (LicenceStatus.VALID, LicenceStatus.EXPIRING)
    assert found.enabled is (works and switch)
    if found.enabled:
        or_off(feature, found)
        return
    assert found.reason == (REASONS[status] if not works else "switched-off")
    assert (ABOUT[feature].variable in (found.cause or "")) is (not switch)
    assert ("Renew it." in (found.cure or "")) is (not works)
    with pytest.raises(FeatureOff) as off:
        or_off(feature, found)
    assert off.value.title == ABOUT[feature].off.title


@pytest.mark.parametrize("feature", Feature)
def test_a_licence_that_names_only_others(feature: Feature) -> None:
    others = [name for name in NAMED if name is not feature]
    found = feature_state(feature, load_settings(APPS_RUNTIME_ENABLED="true"), state(LicenceStatus.VALID, *others))
    assert found.enabled is (feature not in NAMED)
    if feature in NAMED:
        assert found.reason == "not-licensed"
        assert feature.value in (found.cure or "")


@pytest.mark.parametrize("feature", Feature)
def test_only_data_apps_must_be_switched_on(feature: Feature) -> None:
    """FIELD §1: the other switches are on with a licence, unless they are set to false."""
    found = feature_state(feature, load_settings(), state(LicenceStatus.VALID, *NAMED))
    assert found.enabled is (feature is not Feature.DATA_APPS)


def test_every_feature_has_words_a_variable_and_a_title_of_its_own() -> None:
    assert set(ABOUT) == set(Feature)
    for column in ("words", "variable", "off"):
        assert len({getattr(about, column) for about in ABOUT.values()}) == len(Feature)
