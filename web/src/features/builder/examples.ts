import type { Explore } from '@/api/types'

type Field = Explore['fields'][number]

const lower = (field: Field) => field.label.toLowerCase()
const plural = (words: string) => words.replace(/ name$/, '').replace(/([^s])$/, '$1s')

/**
 * Up to `count` prompts in the words of this project's own catalog, so that what is offered can be built. The first
 * explore gives one of each kind; the others fill up.
 */
export function examplePrompts(explores: readonly Explore[], count = 3): string[] {
  return [...new Set(explores.flatMap(promptsOf))].slice(0, count)
}

function promptsOf(explore: Explore): string[] {
  const own = (field: Field) => (field.table === explore.baseTable ? 0 : 1)
  const metrics = explore.fields.filter((field) => field.kind === 'metric').toSorted((a, b) => own(a) - own(b))
  const dimensions = explore.fields.filter((field) => field.kind === 'dimension' && field.type === 'string')
  const words = dimensions.filter((field) => !field.interval && !/\b(id|name|address|email)$/i.test(field.label))
  const names = dimensions.filter((field) => /\bname$/i.test(field.label))
  const dated = explore.fields.some((field) => field.type === 'date' || field.type === 'timestamp')
  const [first, second = first] = metrics
  const [by, filter = by] = words
  if (!first || !second || !by || !filter) return []
  const [thing = by] = names
  return [
    `${dated ? 'Monthly' : 'The'} ${lower(first)} by ${lower(by)}, with a filter on ${lower(filter)}`,
    `Top ten ${plural(lower(thing))} by ${lower(first)}`,
    dated
      ? `${first.label} and ${lower(second)} this year as a line chart, and a table by ${lower(filter)}`
      : `${first.label} and ${lower(second)} by ${lower(by)} as a bar chart`,
  ]
}
