"""What a model call costs: the operator's own prices first, then the public list of `genai-prices`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from genai_prices import Usage, calc_price

from vitrail.settings import ModelPrice, ModelProvider

MICROS = Decimal(1_000_000)
PER_TOKENS = Decimal(1_000_000)  # prices are in US dollars for a million tokens, as providers list them
LISTED_AS = {ModelProvider.ANTHROPIC: "anthropic", ModelProvider.BEDROCK: "aws", ModelProvider.OPENAI: "openai"}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one call. `input` counts all that was sent, cached tokens included."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0


@dataclass(frozen=True, slots=True)
class Priced:
    """A cost in millionths of a US dollar, None where no price is known, and where the price came from."""

    cost_micros: int | None
    source: Mapping[str, Any] | None


def price(own: Mapping[str, ModelPrice], provider: ModelProvider, model: str, tokens: Tokens) -> Priced:
    """What `tokens` of `model` cost. `own` are the operator's prices by model name (`VITRAIL_MODEL_PRICES`)."""
    if provider is ModelProvider.OFFLINE:
        return Priced(0, None)
    if model in own:
        return _own(own[model], tokens)
    usage = Usage(
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=tokens.cache_write,
    )
    try:
        listed = calc_price(usage, model_ref=model, provider_id=LISTED_AS[provider])
    except LookupError:
        return Priced(None, None)
    return Priced(_micros(listed.total_price), {"list": "genai-prices", "model": listed.model.id})


def _own(own: ModelPrice, tokens: Tokens) -> Priced:
    plain = max(0, tokens.input - tokens.cache_read - tokens.cache_write)
    cached = own.input if own.cache_read is None else own.cache_read
    written = own.input if own.cache_write is None else own.cache_write
    total = plain * own.input + tokens.cache_read * cached + tokens.cache_write * written + tokens.output * own.output
    return Priced(_micros(total / PER_TOKENS), {"list": "VITRAIL_MODEL_PRICES"})


def _micros(dollars: Decimal) -> int:
    return int((dollars * MICROS).quantize(Decimal(1), rounding=ROUND_HALF_UP))
