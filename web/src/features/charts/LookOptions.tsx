import { Select, Stack, Switch, UnstyledButton } from '@mantine/core'
import type { CartesianLook, ChartConfig, Field } from '@/api/charts'
import { Icon } from '@/parts/icons'
import { LOOKS } from '@/parts/saved/looks'
import classes from './charts.module.css'
import type { Look } from './draft'
import lookClasses from './LookOptions.module.css'

interface LookPickerProps {
  look: Look
  onChange: (look: Look) => void
}

/** The kinds of chart. */
export function LookPicker({ look, onChange }: LookPickerProps) {
  return (
    <div className={classes.looks} role="radiogroup" aria-label="Kind of chart">
      {Object.entries(LOOKS).map(([kind, { label, icon }]) => (
        <UnstyledButton
          key={kind}
          role="radio"
          aria-checked={kind === look}
          className={lookClasses.look}
          onClick={() => onChange(kind as Look)}
        >
          <Icon name={icon} size={20} />
          <span>{label}</span>
        </UnstyledButton>
      ))}
    </div>
  )
}

interface LookOptionsProps {
  config: ChartConfig
  dimensions: readonly string[]
  metrics: readonly string[]
  fields: readonly Field[]
  onChange: (config: ChartConfig) => void
}

/** What can be chosen about one kind's drawing. */
export function LookOptions({ config, dimensions, metrics, fields, onChange }: LookOptionsProps) {
  const entries = (ids: readonly string[]) =>
    ids.map((id) => ({ value: id, label: fields.find((field) => field.id === id)?.label ?? id }))
  const choice = (label: string, ids: readonly string[], value: string | null, set: (id: string) => void) => (
    <Select
      size="sm"
      label={label}
      allowDeselect={false}
      data={entries(ids)}
      value={value}
      onChange={(id) => id && set(id)}
    />
  )
  switch (config.type) {
    case 'table':
      return (
        <Stack gap="sm">
          <Switch
            label="Bars behind numbers"
            checked={config.bars}
            onChange={(event) => onChange({ ...config, bars: event.currentTarget.checked })}
          />
          <Switch
            label="Show totals"
            description="Of all rows, not only those shown."
            disabled={metrics.length === 0}
            checked={config.totals}
            onChange={(event) => onChange({ ...config, totals: event.currentTarget.checked })}
          />
        </Stack>
      )
    case 'pie':
      return (
        <Stack gap="sm">
          {choice('Slices', dimensions, config.slice, (slice) => onChange({ ...config, slice }))}
          {choice('Size', metrics, config.value, (value) => onChange({ ...config, value }))}
          <Switch
            label="Hole in the middle"
            checked={config.donut}
            onChange={(event) => onChange({ ...config, donut: event.currentTarget.checked })}
          />
          <Switch
            label="Show shares"
            checked={config.showValues}
            onChange={(event) => onChange({ ...config, showValues: event.currentTarget.checked })}
          />
        </Stack>
      )
    case 'big_number':
      return (
        <Stack gap="sm">
          {choice('Number', metrics, config.value, (value) => onChange({ ...config, value }))}
          <Select
            size="sm"
            label="Compare with"
            clearable
            placeholder="Nothing"
            data={[
              { value: 'previous', label: 'The next row' },
              ...entries(metrics.filter((id) => id !== config.value)),
            ]}
            value={config.compare ?? null}
            onChange={(compare) => onChange({ ...config, compare })}
          />
          <Switch
            label="More is good"
            checked={config.risingIsGood}
            onChange={(event) => onChange({ ...config, risingIsGood: event.currentTarget.checked })}
          />
        </Stack>
      )
    default:
      return (
        <Stack gap="sm">
          {choice('Along the axis', dimensions, config.x, (x) =>
            onChange({ ...config, x, ...(config.series === x ? { series: null } : {}) }),
          )}
          <Select
            size="sm"
            label="A series for each"
            clearable
            placeholder="Nothing"
            data={entries(dimensions.filter((id) => id !== config.x))}
            value={config.series ?? null}
            onChange={(series) => onChange({ ...config, series })}
          />
          {(config.type === 'bar' || config.type === 'area' || config.type === 'horizontal_bar') && (
            <Select
              size="sm"
              label="Series"
              allowDeselect={false}
              data={[
                { value: 'none', label: config.type === 'area' ? 'Over each other' : 'Side by side' },
                { value: 'stacked', label: 'Stacked' },
                { value: 'percent', label: 'Stacked to 100 %' },
              ]}
              value={config.stacking}
              onChange={(value) => value && onChange({ ...config, stacking: value as CartesianLook['stacking'] })}
            />
          )}
          {config.type !== 'scatter' && (
            <Switch
              label="Write values"
              checked={config.showValues}
              onChange={(event) => onChange({ ...config, showValues: event.currentTarget.checked })}
            />
          )}
          <Switch
            label="Axis from zero"
            checked={config.fromZero}
            onChange={(event) => onChange({ ...config, fromZero: event.currentTarget.checked })}
          />
        </Stack>
      )
  }
}
