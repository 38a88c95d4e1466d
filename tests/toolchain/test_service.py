"""Types, builds and references of real source, in a real sandbox."""

from __future__ import annotations

import asyncio

import pytest

from tests.toolchain.apps import REVENUE
from tests.toolchain.conftest import Workshop
from vitrail.sandbox.toolchain import ToolchainFailed, ToolchainService

pytestmark = [pytest.mark.toolchain, pytest.mark.sandbox, pytest.mark.asyncio(loop_scope="module")]

ASKING = """\
import { query, useFilterValues, useQuery } from '@vitrail/sdk';
%s
void [query, useFilterValues, useQuery];
export default function App() {
  %s
  return null;
}
"""


def asking(inside: str, outside: str = "") -> str:
    return ASKING % (outside, inside)


async def references(workshop: Workshop, inside: str, outside: str = "") -> tuple[dict[str, list[str]], list[str]]:
    await workshop.app(asking(inside, outside))
    assert await workshop.service.check_types() == []
    found = await workshop.service.references()
    fields = {name: explore["fields"] for name, explore in found.as_json()["explores"].items()}
    return fields, [str(one) for one in found.unresolved]


async def test_the_template_and_an_app_pass_and_build_both_ways(workshop: Workshop) -> None:
    service = workshop.service
    assert await service.check_types() == []
    await workshop.app(REVENUE)
    types, preview, publish, found = await asyncio.gather(
        service.check_types(), service.build("preview"), service.build("publish"), service.references()
    )
    assert types == [] and preview.diagnostics == [] and publish.diagnostics == []
    assert publish.manifest is not None and preview.manifest is not None
    assert publish.manifest.toolchain == workshop.toolchain.tag
    assert {publish.manifest.entry, *publish.manifest.styles} == publish.files.keys()
    assert {"react", "recharts", "@vitrail/sdk"} <= set(publish.manifest.vendor)
    # The libraries stay outside; the app's own code is small.
    assert len(publish.files[publish.manifest.entry]) < 60_000
    assert b".grid" in publish.files[publish.manifest.styles[0]]
    assert found.unresolved == []
    assert found.as_json()["explores"] == {
        "order_items": {
            "fields": [
                "customers_customer_type",
                "order_items_product_revenue",
                "orders_order_date_day",
                "products_product_name",
            ]
        },
        "orders": {
            "fields": [
                "customers_customer_type",
                "orders_average_order_value",
                "orders_channel",
                "orders_gross_margin",
                "orders_order_count",
                "orders_order_date_day",
                "orders_order_date_month",
                "orders_order_date_quarter",
                "orders_total_revenue",
                "stores_store_name",
            ]
        },
    }


async def test_the_same_source_gives_the_same_bytes(workshop: Workshop) -> None:
    await workshop.app(REVENUE)
    first = await workshop.service.build("publish")
    await workshop.app(REVENUE.replace("Store revenue", "Another"))
    other = await workshop.service.build("publish")
    await workshop.app(REVENUE)
    again = await workshop.service.build("publish")
    assert first.files == again.files and first.manifest == again.manifest
    assert first.manifest is not None and other.manifest is not None
    assert first.manifest.entry != other.manifest.entry


async def test_a_wrong_field_fails_with_its_place_and_the_nearest_name(workshop: Workshop) -> None:
    await workshop.app(asking("useQuery(query('orders').metrics(['orders_total_revenu']));"))
    (found,) = await workshop.service.check_types()
    assert (found.file, found.line, found.code) == ("src/App.tsx", 5, "TS2820")
    assert "Did you mean '\"orders_total_revenue\"'" in found.message
    # and is gone as soon as it is mended
    await workshop.app(asking("useQuery(query('orders').metrics(['orders_total_revenue']));"))
    assert await workshop.service.check_types() == []


async def test_a_chart_of_a_field_that_was_not_asked_fails(workshop: Workshop) -> None:
    await workshop.app(REVENUE.replace('value="orders_order_count"', 'value="orders_channel"'))
    found = await workshop.service.check_types()
    assert [one.file for one in found] == ["src/App.tsx"]


async def test_a_change_in_a_component_is_found_where_it_is_used(workshop: Workshop) -> None:
    await workshop.write("src/lib/places.ts", "export const PLACES: string[] = ['a'];\n")
    await workshop.app("import { PLACES } from '@/lib/places';\nexport default () => PLACES.length;\n")
    assert await workshop.service.check_types() == []
    await workshop.write("src/lib/places.ts", "export const PLACES = 'a' as const;\nexport const PLACE = 1;\n")
    await workshop.app("import { PLACES } from '@/lib/places';\nexport default () => PLACES.length;\n")
    assert await workshop.service.check_types() == []
    await workshop.write("src/lib/places.ts", "export const PLACE = 1;\n")
    (found,) = await workshop.service.check_types()
    assert (found.file, found.line) == ("src/App.tsx", 1)


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("import axios from 'axios';\nexport default () => axios;\n", 1, "axios can't be imported. Libraries: react"),
        ("\nimport x from './nothing';\nexport default () => x;\n", 2, "./nothing does not exist"),
        ("import x from '../../etc/passwd?raw';\nexport default () => x;\n", 1, "passwd"),
        ("export default function App() { return <div>; }\n", 1, ""),
    ],
)
@pytest.mark.parametrize("mode", ["preview", "publish"])
async def test_what_can_not_be_built_says_where_and_why(
    workshop: Workshop, mode: str, source: str, line: int, words: str
) -> None:
    await workshop.app(source)
    result = await workshop.service.build("publish" if mode == "publish" else "preview")
    assert result.manifest is None and result.files == {}
    found = result.diagnostics[0]
    assert (found.file, found.line) == ("src/App.tsx", line)
    assert words in found.message
    assert "/workspace" not in found.message and "\x1b" not in found.message


FOLLOWED = """
  const [metric] = useState<'orders_total_revenue' | 'orders_order_count'>('orders_total_revenue');
  const [wide] = useState(false);
  const filters = useMemo(() => [
    { field: 'customers_customer_type', operator: 'equals', values: ['New'] } as const,
    wide && ({ or: [{ field: 'orders_status', operator: 'equals', values: ['completed'] }] } as const),
    ...MORE,
  ], [wide]);
  const base = query('orders').filters(filters);
  useQuery(base.dimensions([...TIME, wide ? 'stores_store_name' : 'stores_city']).metrics([metric]));
  useQuery(ask(EXPLORE).metrics(['products_product_count']).metricFilters([
    { field: 'products_average_list_price', operator: 'greaterThan', values: [1] },
  ]));
  useQuery(query('orders').metrics(['orders_total_discount'])
    .tableCalculations([{ name: 'double', sql: '${orders.total_discount} * 2' }])
    .sorts([{ field: 'double', direction: 'desc' }]));
  useQuery(query('orders').dimensions(['orders_order_date_month'])
    .earlier([{ name: 'last_year', metric: 'orders_average_order_value', date: 'orders_order_date', period: 'YEAR' }])
    .tableCalculations([{ name: 'rank', type: 'rank_in_column', of: 'last_year' }])
    .sorts([{ field: 'last_year' }, { field: 'rank' }]).totals());
  useFilterValues('orders', 'orders_channel');
  useRevenue(['orders_order_date_year']);
"""
AROUND = """
import { useMemo, useState } from 'react';
import { query as ask, type DimensionId, type Filter } from '@vitrail/sdk';
import { TIME } from '@/lib/time';
const EXPLORE = 'products' as const;
const MORE: Filter<DimensionId<'orders'>>[] = [{ field: 'stores_region', operator: 'notNull' }];
function useRevenue(by: ('orders_order_date_year' | 'orders_order_date_quarter')[]) {
  return useQuery(query('orders').dimensions(by).metrics(['orders_gross_profit']));
}
"""


async def test_references_follow_constants_branches_and_types(workshop: Workshop) -> None:
    await workshop.write("src/lib/time.ts", "export const TIME = ['orders_order_date_month'] as const;\n")
    fields, unresolved = await references(workshop, FOLLOWED, AROUND)
    assert unresolved == []
    assert fields == {
        "orders": [
            "customers_customer_type",
            "orders_average_order_value",
            "orders_channel",
            "orders_gross_profit",
            "orders_order_count",
            "orders_order_date",
            "orders_order_date_month",
            "orders_order_date_quarter",
            "orders_order_date_year",
            "orders_status",
            "orders_total_discount",
            "orders_total_revenue",
            "stores_city",
            "stores_region",
            "stores_store_name",
        ],
        "products": ["products_average_list_price", "products_product_count"],
    }


@pytest.mark.parametrize(
    ("inside", "outside", "reason"),
    [
        ("const [m] = useState<MetricId<'orders'>>('orders_order_count');\n"
         "  useQuery(query('orders').metrics([m]));",
         "import { useState } from 'react';\nimport type { MetricId } from '@vitrail/sdk';",
         "may be any (MetricId)"),
        ("useQuery(query('orders').metrics([('orders_' + 'order_count') as 'orders_order_count' & string as any]));",
         "", "can't be told before the app runs"),
        ("useAny('orders');",
         "import type { ExploreName, DimensionId } from '@vitrail/sdk';\n"
         "function useAny<E extends ExploreName>(e: E, d?: DimensionId<E>) {\n"
         "  return useQuery(query(e).dimensions(d ? [d] : []));\n}",
         "may be any"),
    ],
)  # fmt: skip
async def test_what_is_only_known_at_run_time_is_reported(
    workshop: Workshop, inside: str, outside: str, reason: str
) -> None:
    _, unresolved = await references(workshop, inside, outside)
    assert unresolved and all("src/App.tsx:" in one for one in unresolved)
    assert any(reason in one for one in unresolved), unresolved


async def test_other_things_with_the_same_names_are_no_references(workshop: Workshop) -> None:
    fields, unresolved = await references(
        workshop,
        "const box = { metrics: (names: string[]) => names, query: (name: string) => name };\n"
        "  box.metrics(['made_up']); box.query('made_up');",
        "const query2 = (name: string) => name;\nquery2('made_up');",
    )
    assert fields == {} and unresolved == []


async def test_a_process_that_dies_is_said_at_once(workshop: Workshop) -> None:
    service = await ToolchainService.start(workshop.sandbox, workshop.toolchain)
    asked = [asyncio.create_task(service.check_types()), asyncio.create_task(service.references())]
    await asyncio.sleep(0)
    await service._process.kill()
    for task in asked:
        with pytest.raises(ToolchainFailed, match="ended"):
            await task
    with pytest.raises(ToolchainFailed, match="ended"):
        await service.build("preview")
    await service.close()
