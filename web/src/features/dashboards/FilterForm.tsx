import { Button, Checkbox, Group, Select, Skeleton, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { exploreQuery } from '@/api/catalog'
import type { FilterOperator } from '@/api/charts'
import type { Dashboard, DashboardFilter } from '@/api/dashboards'
import type { Explore } from '@/api/types'
import { adapted, firstOperator, operatorsOf } from '@/parts/filters/operators'
import { ValueInput } from '@/parts/filters/ValueInput'
import { tilesOf } from './layout'
import { nameOf } from './TileCard'

interface FilterFormProps {
  dashboard: Dashboard
  /** Null: a new one. */
  filter: DashboardFilter | null
  newId: string
  onSave: (filter: DashboardFilter) => void
  onClose: () => void
}

/** A filter over the tiles: its field (of the explores that the charts ask), what it begins with, whom it reaches. */
export function FilterForm(props: FilterFormProps) {
  const { dashboard, filter } = props
  const names = new Set(dashboard.charts.map(({ exploreName }) => exploreName))
  if (filter) names.add(filter.exploreName)
  const explores = useQueries({ queries: [...names].map((name) => exploreQuery(dashboard.projectId, name)) })
  if (names.size === 0) return <Text size="sm">Put a chart on the dashboard first: filters are on its fields.</Text>
  if (explores.some(({ isPending }) => isPending)) return <Skeleton height={220} />
  return <Form {...props} explores={explores.flatMap(({ data }) => (data ? [data] : []))} />
}

function Form({ dashboard, filter, newId, explores, onSave, onClose }: FilterFormProps & { explores: Explore[] }) {
  const [made, setMade] = useState(filter)
  const fieldOf = (one: DashboardFilter) =>
    explores.find(({ name }) => name === one.exploreName)?.fields.find(({ id }) => id === one.fieldId)
  const field = made ? fieldOf(made) : undefined
  const type = field?.type ?? 'string'
  const choose = (key: string | null) => {
    const [exploreName = '', fieldId = ''] = key?.split(' ') ?? []
    const next = { exploreName, fieldId }
    const found = explores.find(({ name }) => name === exploreName)?.fields.find(({ id }) => id === fieldId)
    if (!found) return
    const operator = firstOperator(found.type)
    const begins = adapted(found.type, operator, operator, [])
    setMade({ id: filter?.id ?? newId, label: null, locked: false, targets: [], ...made, ...next, operator, ...begins })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (made) onSave({ ...made, label: made.label?.trim() || field?.label || null })
  }
  const charts = tilesOf(dashboard.content).filter((tile) => tile.kind === 'chart')
  const off = (tile: string) => made?.targets?.some((target) => target.tile === tile && target.fieldId == null) ?? false
  const reach = (tile: string, reached: boolean) => {
    if (!made) return
    const others = (made.targets ?? []).filter((target) => target.tile !== tile)
    setMade({ ...made, targets: reached ? others : [...others, { tile, fieldId: null }] })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Select
          label="Field"
          searchable
          placeholder="Choose a dimension"
          allowDeselect={false}
          value={made ? `${made.exploreName} ${made.fieldId}` : null}
          onChange={choose}
          data={explores.map((explore) => ({
            group: explore.label,
            items: explore.fields
              .filter(({ kind }) => kind === 'dimension')
              .map(({ id, label }) => ({ value: `${explore.name} ${id}`, label })),
          }))}
        />
        {made && (
          <>
            <TextInput
              label="Label"
              placeholder={field?.label}
              maxLength={200}
              value={made.label ?? ''}
              onChange={(event) => setMade({ ...made, label: event.currentTarget.value })}
            />
            <div>
              <Text size="sm" fw={500} mb={4}>
                Begins with
              </Text>
              <Group gap="xs">
                <Select
                  aria-label="Operator"
                  w={180}
                  allowDeselect={false}
                  data={operatorsOf(type)}
                  value={made.operator}
                  onChange={(next) => {
                    if (!next) return
                    const operator = next as FilterOperator
                    setMade({ ...made, operator, ...adapted(type, made.operator, operator, made.values ?? []) })
                  }}
                />
                <ValueInput
                  label="Value"
                  type={type}
                  operator={made.operator}
                  values={made.values ?? []}
                  settings={made.settings}
                  onChange={(values, settings) => setMade({ ...made, values, settings: settings ?? null })}
                />
              </Group>
            </div>
            <Switch
              label="Fixed: viewers see it and can’t change it"
              checked={made.locked}
              onChange={(event) => setMade({ ...made, locked: event.currentTarget.checked })}
            />
            {charts.length > 0 && (
              <Stack gap={6} role="group" aria-label="Tiles that it reaches">
                <Text size="sm" fw={500}>
                  Reaches
                </Text>
                {charts.map((tile) => (
                  <Checkbox
                    key={tile.id}
                    size="sm"
                    label={nameOf(dashboard, tile)}
                    checked={!off(tile.id)}
                    onChange={(event) => reach(tile.id, event.currentTarget.checked)}
                  />
                ))}
                <Text size="xs" c="dimmed">
                  A chart whose explore does not have the field is left as it is, and says so.
                </Text>
              </Stack>
            )}
          </>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!made}>
            Done
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
