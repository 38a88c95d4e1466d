"""The ledger's line for a model that was asked only to see whether it answers."""

from __future__ import annotations

from vitrail.agent.metering import ModelCall
from vitrail.apps.holders import organization_of
from vitrail.db.base import new_id, now
from vitrail.identity.person import Person
from vitrail.services import Services
from vitrail.usage.prices import Tokens, price
from vitrail.usage.tables import UsageRow

STAGE = "check"


class CheckMeter:
    """A `Meter` that holds nobody back: one token costs next to nothing, and a budget that is used up must not keep an
    administrator from seeing whether the model works."""

    def __init__(self, services: Services, person: Person | None) -> None:
        self._services, self._person = services, person

    async def before(self, expected: ModelCall) -> None:
        return None

    async def after(self, call: ModelCall | None) -> None:
        """Without an organisation (before the set-up) there is no ledger to write into."""
        if call is None:
            return
        person, at = self._person, now()
        tokens = Tokens(call.input_tokens, call.output_tokens, call.cache_read_tokens, call.cache_write_tokens)
        priced = price(self._services.settings.model_prices, call.provider, call.model, tokens)
        async with self._services.db.session() as session:
            organization_id = await organization_of(session, person)
            if organization_id is None:
                return
            session.add(
                UsageRow(
                    id=new_id(),
                    organization_id=organization_id,
                    at=at,
                    day=at.date().isoformat(),
                    kind="model",
                    person_id=person.id if person else None,
                    person_name=person.name if person else "vitrail doctor",
                    stage=STAGE,
                    provider=call.provider.value,
                    model=call.model,
                    calls=1,
                    input_tokens=call.input_tokens,
                    output_tokens=call.output_tokens,
                    cache_read_tokens=call.cache_read_tokens,
                    cache_write_tokens=call.cache_write_tokens,
                    cost_micros=priced.cost_micros,
                    price=dict(priced.source) if priced.source else None,
                )
            )
