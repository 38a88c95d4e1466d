import { Button, Select, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { exploreQuery } from '@/api/catalog'
import type { FilterOperator, Value } from '@/api/charts'
import { type Dashboard, type DashboardFilter, filterValuesQuery } from '@/api/dashboards'
import type { Explore } from '@/api/types'
import { adapted, entryOf, isComplete, operatorsOf, type Settings } from '@/parts/filters/operators'
import { ValueInput } from '@/parts/filters/ValueInput'
import { Icon } from '@/parts/icons'
import { type Choice, type Choices, current } from './choices'
import classes from './dashboards.module.css'

interface FilterBarProps {
  dashboard: Dashboard
  choices: Choices | undefined
  onChange: (id: string, choice: Choice | undefined) => void
  onReset: () => void
}

/** A dashboard's filters, as this viewer sets them. */
export function FilterBar({ dashboard, choices, onChange, onReset }: FilterBarProps) {
  const filters = dashboard.content.filters ?? []
  const names = [...new Set(filters.map(({ exploreName }) => exploreName))]
  const explores = useQueries({ queries: names.map((name) => exploreQuery(dashboard.projectId, name)) })
  const known = explores.flatMap(({ data }) => (data ? [data] : []))
  return (
    <div className={classes.filters} role="search" aria-label="Filters">
      {filters.map((filter) => (
        <One
          key={filter.id}
          dashboardId={dashboard.id}
          filter={filter}
          explores={known}
          choice={current(filter, choices)}
          onChange={(choice) => onChange(filter.id, choice)}
        />
      ))}
      {choices && (
        <Button variant="subtle" color="gray" size="sm" onClick={onReset}>
          Reset
        </Button>
      )}
    </div>
  )
}

interface OneProps {
  dashboardId: string
  filter: DashboardFilter
  explores: readonly Explore[]
  choice: Choice
  onChange: (choice: Choice) => void
}

function One({ dashboardId, filter, explores, choice, onChange }: OneProps) {
  const field = explores
    .find(({ name }) => name === filter.exploreName)
    ?.fields.find(({ id }) => id === filter.fieldId)
  const type = field?.type ?? 'string'
  const label = filter.label || field?.label || filter.fieldId
  const operator = choice.operator ?? filter.operator
  // Most filters are a list of values; there the operator would say nothing.
  const plain = operator === 'equals' && (type === 'string' || type === 'boolean')
  const [words, setWords] = useState('')
  const [q] = useDebouncedValue(words.trim(), 250)
  const listed = type === 'string' && entryOf(type, operator) === 'many' && !filter.locked
  const values = useQuery({ ...filterValuesQuery(dashboardId, filter.id, q), enabled: listed })
  // A range is half written until both its ends are there: until then the tiles stay as they are.
  const [pending, setPending] = useState<Value[] | null>(null)
  const set = (next: Value[], by: FilterOperator, settings: Settings) => {
    const whole = next.length === 0 || isComplete(type, by, next)
    setPending(whole ? null : next)
    if (whole || pending === null) onChange({ operator: by, values: whole ? next : [], ...(settings ? { settings } : {}) })
  }
  return (
    <div className={classes.filter} role="group" aria-label={label}>
      <Text size="sm" fw={560} style={{ display: 'flex', alignItems: 'center', gap: 5, whiteSpace: 'nowrap' }}>
        {filter.locked && <Icon name="lock" size={13} />}
        {label}
      </Text>
      {!plain && (
        <Select
          aria-label={`How ${label} is filtered`}
          w={150}
          disabled={filter.locked}
          allowDeselect={false}
          data={operatorsOf(type)}
          value={operator}
          onChange={(next) => {
            if (!next) return
            const by = next as FilterOperator
            const { values: kept, settings } = adapted(type, operator, by, choice.values)
            set(kept, by, settings)
          }}
        />
      )}
      <ValueInput
        label={label}
        type={type}
        operator={operator}
        values={pending ?? choice.values}
        settings={choice.settings}
        onChange={(next, settings) => set(next, operator, settings)}
        suggestions={values.data?.values.flatMap((value) => (typeof value === 'string' ? [value] : []))}
        onSearch={setWords}
        disabled={filter.locked}
      />
    </div>
  )
}
