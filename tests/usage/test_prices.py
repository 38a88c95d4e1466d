"""What a call costs: the operator's prices first, then the public list, or honestly nothing."""

from __future__ import annotations

import pytest

from vitrail.errors import InvalidInput
from vitrail.settings import ModelProvider, load_settings
from vitrail.usage.prices import Tokens, price


def test_own_prices_count_cached_tokens_at_their_own_price() -> None:
    prices = load_settings(
        VITRAIL_MODEL_PRICES='{"m": {"input": 3, "output": 15, "cacheRead": 0.3, "cacheWrite": 3.75}}'
    ).model_prices
    tokens = Tokens(input=1_000_000, output=100_000, cache_read=600_000, cache_write=200_000)
    # 200,000 plain at 3, 600,000 read at 0.3, 200,000 written at 3.75, 100,000 answered at 15
    assert price(prices, ModelProvider.OPENAI, "m", tokens).cost_micros == 600_000 + 180_000 + 750_000 + 1_500_000


def test_without_cache_prices_cached_tokens_cost_as_much_as_others() -> None:
    prices = load_settings(VITRAIL_MODEL_PRICES='{"m": {"input": 2, "output": 4}}').model_prices
    assert price(prices, ModelProvider.OPENAI, "m", Tokens(1000, 0, 900)).cost_micros == 2000


def test_the_public_list_knows_the_usual_models() -> None:
    found = price({}, ModelProvider.ANTHROPIC, "claude-sonnet-4-5", Tokens(1_000_000, 0))
    assert found.cost_micros is not None
    assert found.cost_micros > 0
    assert found.source == {"list": "genai-prices", "model": "claude-sonnet-4-5"}
    assert price({}, ModelProvider.BEDROCK, "us.anthropic.claude-sonnet-4-6", Tokens(1000)).cost_micros


def test_own_prices_come_before_the_public_list() -> None:
    prices = load_settings(VITRAIL_MODEL_PRICES='{"claude-sonnet-4-5": {"input": 7, "output": 7}}').model_prices
    assert price(prices, ModelProvider.ANTHROPIC, "claude-sonnet-4-5", Tokens(1_000_000)).cost_micros == 7_000_000


def test_a_model_of_no_list_has_no_price_rather_than_none_to_pay() -> None:
    found = price({}, ModelProvider.OPENAI, "our-own-llama", Tokens(1000, 1000))
    assert (found.cost_micros, found.source) == (None, None)


def test_the_offline_planner_costs_nothing() -> None:
    assert price({}, ModelProvider.OFFLINE, "offline-planner", Tokens(10, 10)).cost_micros == 0


@pytest.mark.parametrize("text", ["nonsense", '{"m": {"input": -1, "output": 2}}', '{"m": {"in": 1}}', '{"m": 3}'])
def test_prices_that_cannot_be_used_name_their_variable(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_settings(VITRAIL_MODEL_PRICES=text)
    assert "VITRAIL_MODEL_PRICES" in caught.value.cause
