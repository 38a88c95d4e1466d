import type { FilterOperator, FilterRule, Value } from '@/api/charts'

export type Settings = FilterRule['settings']
export type Unit = NonNullable<NonNullable<Settings>['unitOfTime']>

/** How the value of an operator is given. */
export type Entry = 'none' | 'many' | 'one' | 'two' | 'span' | 'unit'

interface Operator {
  label: string
  entry: Entry
}

const SPANS: Partial<Record<FilterOperator, Operator>> = {
  inThePast: { label: 'in the last', entry: 'span' },
  notInThePast: { label: 'not in the last', entry: 'span' },
  inTheNext: { label: 'in the next', entry: 'span' },
  inTheCurrent: { label: 'in the current', entry: 'unit' },
  notInTheCurrent: { label: 'not in the current', entry: 'unit' },
}
const EMPTY: Partial<Record<FilterOperator, Operator>> = {
  isNull: { label: 'is empty', entry: 'none' },
  notNull: { label: 'is not empty', entry: 'none' },
}

/** The operators of a type of field, in the order in which they are offered; the first is the one to begin with. */
const BY_TYPE: Record<string, Partial<Record<FilterOperator, Operator>>> = {
  string: {
    equals: { label: 'is', entry: 'many' },
    notEquals: { label: 'is not', entry: 'many' },
    include: { label: 'contains', entry: 'many' },
    doesNotInclude: { label: 'does not contain', entry: 'many' },
    startsWith: { label: 'starts with', entry: 'many' },
    endsWith: { label: 'ends with', entry: 'many' },
    ...EMPTY,
  },
  number: {
    equals: { label: 'is', entry: 'one' },
    notEquals: { label: 'is not', entry: 'one' },
    greaterThan: { label: 'is more than', entry: 'one' },
    greaterThanOrEqual: { label: 'is at least', entry: 'one' },
    lessThan: { label: 'is less than', entry: 'one' },
    lessThanOrEqual: { label: 'is at most', entry: 'one' },
    inBetween: { label: 'is between', entry: 'two' },
    ...EMPTY,
  },
  date: {
    inBetween: { label: 'is between', entry: 'two' },
    equals: { label: 'is', entry: 'one' },
    greaterThanOrEqual: { label: 'is on or after', entry: 'one' },
    lessThan: { label: 'is before', entry: 'one' },
    ...SPANS,
    ...EMPTY,
  },
  boolean: {
    equals: { label: 'is', entry: 'one' },
    ...EMPTY,
  },
}

const ofType = (type: string) => BY_TYPE[type === 'timestamp' ? 'date' : type] ?? BY_TYPE.string ?? {}

export const UNITS: readonly Unit[] = ['days', 'weeks', 'months', 'quarters', 'years']

/** The operators to choose from for a type of field. */
export const operatorsOf = (type: string): { value: FilterOperator; label: string }[] =>
  Object.entries(ofType(type)).map(([value, { label }]) => ({ value: value as FilterOperator, label }))

export const firstOperator = (type: string): FilterOperator => operatorsOf(type)[0]?.value ?? 'equals'

/** How the value of an operator is given; one that its type does not offer takes a list. */
export const entryOf = (type: string, operator: FilterOperator): Entry => ofType(type)[operator]?.entry ?? 'many'

/** Whether a rule says all that it needs. One that does not filters nothing. */
export function isComplete(type: string, operator: FilterOperator, values: readonly Value[]): boolean {
  switch (entryOf(type, operator)) {
    case 'none':
    case 'unit':
      return true
    case 'two':
      return values.length === 2 && values.every((value) => value !== '' && value !== null)
    default:
      return values.some((value) => value !== '' && value !== null)
  }
}

/** What stays of values and settings when the operator changes. */
export function adapted(
  type: string,
  before: FilterOperator,
  operator: FilterOperator,
  values: Value[],
): { values: Value[]; settings: Settings } {
  const entry = entryOf(type, operator)
  const kept = entry === entryOf(type, before) ? values : entry === 'one' ? values.slice(0, 1) : []
  const spans = entry === 'span' || entry === 'unit'
  return { values: entry === 'none' || entry === 'unit' ? [] : kept, settings: spans ? { unitOfTime: 'months', completed: false } : null }
}
