"""Questions without a metric: the combinations of values that there are."""

from __future__ import annotations

from collections.abc import Sequence

from vitrail.catalog.dbt_semantic.reach import Chain, reach
from vitrail.catalog.dbt_semantic_model import DATE_PARTS, GRAINS, Item, MetricCall, SemanticModel, grain_order
from vitrail.query.semantic.asking import Asking
from vitrail.query.semantic.leaves import where
from vitrail.query.semantic.predicates import Predicate
from vitrail.query.semantic.rows import CallSource, Rows, unreachable
from vitrail.query.semantic.spines import spine_items


def distinct_values(
    asking: Asking,
    items: tuple[Item, ...],
    names: Sequence[str],
    predicates: tuple[Predicate, ...],
    calls: CallSource,
) -> str:
    """The statement. Dimensions come from the one semantic model from which all can be reached with the fewest joins,
    joined so that values without a partner are there too; `metric_time` from the time spine, each of its moments with
    each of the others' combinations."""
    needed = dict.fromkeys((*items, *(item for given in predicates for item in given.items)))
    moments = [item for item in needed if item.is_metric_time]
    others = [item for item in needed if not item.is_metric_time]
    texts = {item: f"t.k{place}" for place, item in enumerate(moments)}
    rows: Rows | None = None
    if others or any(given.calls for given in predicates):
        rows = Rows(asking, _base(asking, others, predicates), None, outer=True)
        rows.call_source = calls
        texts |= {item: rows.item(item) for item in others}

    def text_of(part: Item | MetricCall) -> str:
        if isinstance(part, Item):
            return texts[part]
        assert rows is not None
        return rows.call(part)

    tests = where(text for given in predicates if (text := given.write(text_of)))
    sources = [rows.from_text()] if rows is not None else []
    if moments:
        spine = spine_items(asking, moments, ())
        sources.append(f"{'CROSS JOIN' if rows is not None else 'FROM'} {spine} AS t")
    columns = ", ".join(f"{texts[item]} AS {name}" for item, name in zip(items, names, strict=True))
    return f"SELECT DISTINCT {columns}\n" + "\n".join(sources) + tests


def _base(asking: Asking, items: Sequence[Item], predicates: Sequence[Predicate]) -> SemanticModel:
    """The model to start from: with the fewest joins, then with the fewest things in it, as MetricFlow chooses. Raises
    `InvalidQuery` when there is none."""
    best: tuple[tuple[int, int, int], SemanticModel] | None = None
    called = [call.group_by for given in predicates for call in given.calls]
    nearest: tuple[int, SemanticModel, Item] | None = None
    for place, model in enumerate(asking.layer.models.values()):
        found = {item: reach(asking.layer, model).of(item) for item in items}
        missing = [item for item, where_ in found.items() if where_ is None]
        if missing:
            if nearest is None or len(missing) < nearest[0]:
                nearest = (len(missing), model, missing[0])
            continue
        if any(item.name not in model.entities for item in called):
            continue
        chains: set[Chain] = set()
        for at in found.values():
            assert at is not None
            chains |= {at.chain[:length] for length in range(1, len(at.chain) + 1)}
        rank = (len(chains), _size(model), place)
        if best is None or rank < best[0]:
            best = (rank, model)
    if best is None:
        if nearest is None:
            raise asking.refuse("Nothing that is asked for can be reached together.", "Ask for fewer dimensions.")
        raise asking.refuse(*unreachable(asking, nearest[1], nearest[2]), nearest[2].spelled())
    return best[1]


def _size(model: SemanticModel) -> int:
    """How many things can be asked of a model without a join: each grain and date part counts, under each name."""
    grains = [len(GRAINS) - grain_order(d.grain) + len(DATE_PARTS) if d.grain else 1 for d in model.dimensions.values()]
    return (sum(grains) + len(model.entities)) * (1 + len(model.own_links()))
