import type { FilterOperator, Value } from '@/api/charts'
import type { DashboardFilter, FilterChoice } from '@/api/dashboards'
import type { Unit } from '@/parts/filters/operators'

/** What a viewer sets a filter to; it travels in the page's address, so that a link shows what its sender saw. */
export interface Choice {
  values: Value[]
  operator?: FilterOperator
  settings?: FilterChoice['settings']
}

/** By the filter's id. */
export type Choices = Record<string, Choice>

const WORD = /^[a-zA-Z]{1,30}$/
const MOST = 200

/** What an address holds, as far as it makes sense; the server checks again. */
export function readChoices(value: unknown): Choices | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const read = Object.entries(value).flatMap(([id, raw]: [string, unknown]) => {
    if (typeof raw !== 'object' || raw === null) return []
    const { values, operator, settings } = raw as Record<string, unknown>
    if (!Array.isArray(values) || values.length > MOST || !values.every(isValue)) return []
    const choice: Choice = { values }
    if (isWord(operator)) choice.operator = operator as FilterOperator
    const unit = typeof settings === 'object' && settings !== null && 'unitOfTime' in settings && settings.unitOfTime
    if (isWord(unit)) choice.settings = { unitOfTime: unit as Unit, completed: false }
    return [[id, choice] as const]
  })
  return read.length > 0 ? Object.fromEntries(read) : undefined
}

const isWord = (value: unknown): value is string => typeof value === 'string' && WORD.test(value)
const isValue = (value: unknown): value is Value =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

/** What goes to the server: only filters that the dashboard has and that a viewer may set. */
export function asked(filters: readonly DashboardFilter[], choices: Choices | undefined): FilterChoice[] {
  return filters.flatMap((filter) => {
    const choice = choices && Object.hasOwn(choices, filter.id) ? choices[filter.id] : undefined
    return choice && !filter.locked ? [{ id: filter.id, ...choice }] : []
  })
}

/** A filter as it holds now: as the viewer set it, else as it was saved. */
export function current(filter: DashboardFilter, choices: Choices | undefined): Choice {
  const choice = !filter.locked && choices && Object.hasOwn(choices, filter.id) ? choices[filter.id] : undefined
  return {
    operator: choice?.operator ?? filter.operator,
    values: choice?.values ?? filter.values ?? [],
    settings: choice?.settings ?? filter.settings ?? null,
  }
}

/** The choices with one more set, or (undefined) as the dashboard has it. */
export function withChoice(choices: Choices | undefined, id: string, choice: Choice | undefined): Choices | undefined {
  const { [id]: _, ...others } = choices ?? {}
  const all = choice ? { ...others, [id]: choice } : others
  return Object.keys(all).length > 0 ? all : undefined
}
