import type { Explore } from '@/api/types'

type Field = Explore['fields'][number]

const lower = (field: Field) => field.label.toLowerCase()
const plural = (words: string) => words.replace(/ name$/, '').replace(/([^s])$/, '$1s')

// Figures that most people ask for first: money, then sums, then rates; extremes and dates make poor examples.
const MONEY = /revenue|sales|profit|amount|turnover/i
const KINDS_OF_METRIC = ['sum', 'number', 'average', 'count', 'count_distinct']
const rank = (field: Field) => (MONEY.test(field.label) ? 0 : 10) + KINDS_OF_METRIC.indexOf(field.type)

/**
 * Up to `count` prompts in the words of this project's own catalog, so that what is offered can be built: one of each
 * kind, in turn from each explore.
 */
export function examplePrompts(explores: readonly Explore[], count = 3): string[] {
  const all = explores.map(promptsOf).filter((prompts) => prompts.length > 0)
  if (all.length === 0) return []
  const mixed = Array.from({ length: count }, (_, kind) => all[Math.floor((kind * all.length) / count)]?.[kind] ?? '')
  return [...new Set(mixed)].filter(Boolean)
}

function promptsOf(explore: Explore): string[] {
  const own = (field: Field) => (field.table === explore.baseTable ? 0 : 5)
  const metrics = explore.fields
    .filter((field) => field.kind === 'metric' && KINDS_OF_METRIC.includes(field.type))
    .toSorted((a, b) => rank(a) + own(a) - rank(b) - own(b))
  const dimensions = explore.fields.filter((field) => field.kind === 'dimension' && field.type === 'string')
  const words = dimensions.filter((field) => !field.interval && !/\b(id|name|address|email)$/i.test(field.label))
  const names = dimensions.filter((field) => /\bname$/i.test(field.label) && !field.interval)
  const dated = explore.fields.some((field) => field.type === 'date' || field.type === 'timestamp')
  const [first, second = first] = metrics
  const [by, filter = by] = words
  if (!first || !second || !by || !filter) return []
  const [thing = by] = names
  return [
    `${dated ? 'Monthly' : 'The'} ${lower(first)} by ${lower(by)}, with a filter on ${lower(filter)}`,
    `Top ten ${plural(lower(thing))} by ${lower(first)}`,
    dated
      ? `${first.label} and ${lower(second)} by month as a line chart, and a table by ${lower(filter)}`
      : `${first.label} and ${lower(second)} by ${lower(by)} as a bar chart`,
  ]
}
