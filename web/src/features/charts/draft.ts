import type { ChartConfig, Field, FilterRule, Query } from '@/api/charts'

export type Look = ChartConfig['type']

/** A chart while it is being made. `config` is null as long as its kind can't be drawn from what is asked. */
export interface Draft {
  query: Query
  look: Look
  config: ChartConfig | null
}

export const emptyQuery = (exploreName: string): Query => ({
  exploreName,
  dimensions: [],
  metrics: [],
  filters: {},
  sorts: [],
  offset: 0,
  totals: false,
})

export const begun = (exploreName: string): Draft => ({ query: emptyQuery(exploreName), look: 'bar', config: null })

const isTime = (field: Field | undefined) => field?.interval != null || field?.type === 'date' || field?.type === 'timestamp'

/**
 * The kind's configuration for what is asked: what the author chose before stays where it still fits, the rest is
 * chosen for them. Null when there is too little to draw.
 */
export function fitted(query: Query, look: Look, before: ChartConfig | null, fields: readonly Field[]): ChartConfig | null {
  const [dimensions, metrics] = [query.dimensions ?? [], query.metrics ?? []]
  const kept = before?.fields ? { fields: before.fields } : {}
  const [metric] = metrics
  const stays = <T extends string>(id: T | null | undefined, among: readonly string[]): T | undefined =>
    id && among.includes(id) ? id : undefined
  switch (look) {
    case 'table': {
      const own = before?.type === look ? before : null
      const asked = [...dimensions, ...metrics]
      if (asked.length === 0) return null
      return {
        ...kept,
        type: look,
        bars: own?.bars ?? false,
        totals: own?.totals ?? false,
        columns: (own?.columns ?? []).filter((id) => asked.includes(id)),
      }
    }
    case 'big_number': {
      const own = before?.type === look ? before : null
      if (!metric) return null
      const compare = own?.compare === 'previous' ? 'previous' : stays(own?.compare, metrics)
      return {
        ...kept,
        type: look,
        value: stays(own?.value, metrics) ?? metric,
        compare: compare ?? null,
        risingIsGood: own?.risingIsGood ?? true,
      }
    }
    case 'pie': {
      const own = before?.type === look ? before : null
      const slice = stays(own?.slice, dimensions) ?? dimensions[0]
      const value = stays(own?.value, metrics) ?? metric
      return slice && value
        ? { ...kept, type: look, slice, value, donut: own?.donut ?? true, legend: own?.legend ?? 'right', showValues: own?.showValues ?? true }
        : null
    }
    default: {
      const own = before && 'x' in before ? before : null
      const time = dimensions.find((id) => isTime(fields.find((field) => field.id === id)))
      const x = stays(own?.x, dimensions) ?? time ?? dimensions[0]
      if (!x || metrics.length === 0) return null
      const others = dimensions.filter((id) => id !== x)
      // Undefined: nobody chose yet. Null: somebody wants none.
      const series = own?.series === null ? null : (stays(own?.series, others) ?? others[0] ?? undefined)
      return {
        ...kept,
        type: look,
        x,
        y: metrics,
        ...(series === undefined ? {} : { series }),
        right: (own?.right ?? []).filter((id) => metrics.includes(id)),
        stacking: own?.stacking ?? 'none',
        legend: own?.legend ?? 'top',
        xLabel: own?.xLabel ?? null,
        yLabel: own?.yLabel ?? null,
        fromZero: own?.fromZero ?? true,
        showValues: own?.showValues ?? false,
        smooth: own?.smooth ?? false,
      }
    }
  }
}

/** The question with a field asked for, or no longer. A time dimension is sorted by, so that lines run forward. */
export function toggled(query: Query, field: Field): Query {
  const list = field.kind === 'metric' ? 'metrics' : 'dimensions'
  const now = query[list] ?? []
  const gone = now.includes(field.id)
  const next = gone ? now.filter((id) => id !== field.id) : [...now, field.id]
  const sorts = (query.sorts ?? []).filter((sort) => !(gone && sort.fieldId === field.id))
  const forward = !gone && isTime(field) && sorts.length === 0
  return { ...query, [list]: next, sorts: forward ? [{ fieldId: field.id, descending: false }] : sorts }
}

/** The question with what its drawing needs beside the rows, as the server asks it of a saved chart. */
export const asDrawn = ({ query, config }: Draft): Query =>
  config?.type === 'table' && config.totals ? { ...query, totals: true } : query

/** Why a draft can't be shown yet; null when it can. */
export function lacking({ query, look, config }: Draft): string | null {
  const asked = (query.dimensions?.length ?? 0) + (query.metrics?.length ?? 0)
  if (asked === 0) return 'Choose what to ask: at least one dimension or metric.'
  if (config) return null
  if (look === 'big_number') return 'A big number needs a metric.'
  return `A ${look.replace('_', ' ')} chart needs a dimension and a metric.`
}

const isRule = (node: object): node is FilterRule => 'target' in node

/** The conditions as one list of rules that all hold; null when they are nested in a way that this page can't show. */
export function rulesOf(query: Query): FilterRule[] | null {
  const { dimensions, metrics, tableCalculations } = query.filters
  if (tableCalculations) return null
  const rules: FilterRule[] = []
  for (const group of [dimensions, metrics]) {
    if (!group) continue
    if (!('and' in group) || !group.and.every(isRule)) return null
    rules.push(...(group.and as FilterRule[]))
  }
  return rules
}

/** The question with these conditions: those on metrics hold after adding up. */
export function withRules(query: Query, rules: readonly FilterRule[], fields: readonly Field[]): Query {
  const metrics = new Set(fields.filter((field) => field.kind === 'metric').map((field) => field.id))
  const [after, before] = [
    rules.filter((rule) => metrics.has(rule.target.fieldId)),
    rules.filter((rule) => !metrics.has(rule.target.fieldId)),
  ]
  return {
    ...query,
    filters: {
      ...(before.length > 0 ? { dimensions: { and: before } } : {}),
      ...(after.length > 0 ? { metrics: { and: after } } : {}),
    },
  }
}
