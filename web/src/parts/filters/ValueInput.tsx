import { Group, NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import type { FilterOperator, Value } from '@/api/charts'
import { entryOf, type Settings, UNITS, type Unit } from './operators'

export interface ValueInputProps {
  label: string
  type: string
  operator: FilterOperator
  values: readonly Value[]
  settings: Settings
  onChange: (values: Value[], settings: Settings) => void
  /** Values of the field to choose from, and what is looked for among them. */
  suggestions?: readonly string[]
  onSearch?: (words: string) => void
  disabled?: boolean
}

const DAY = /^\d{4}-\d\d-\d\d/

/** The value of a filter, in the way that its field and operator take it. */
export function ValueInput(props: ValueInputProps) {
  const { label, type, operator, values, settings, onChange, disabled } = props
  const set = (next: Value[]) => onChange(next, settings ?? null)
  const unit = (
    <Select
      aria-label={`Unit of ${label}`}
      w={110}
      disabled={disabled}
      allowDeselect={false}
      data={[...UNITS]}
      value={settings?.unitOfTime ?? 'months'}
      onChange={(value) => onChange([...values], { completed: settings?.completed ?? false, unitOfTime: value as Unit })}
    />
  )
  switch (entryOf(type, operator)) {
    case 'none':
      return null
    case 'unit':
      return unit
    case 'span':
      return (
        <Group gap={6} wrap="nowrap">
          <NumberInput
            aria-label={label}
            w={80}
            min={1}
            max={10_000}
            disabled={disabled}
            value={typeof values[0] === 'number' ? values[0] : ''}
            onChange={(value) => set(typeof value === 'number' ? [value] : [])}
          />
          {unit}
        </Group>
      )
    case 'two':
      return (
        <Group gap={6} wrap="nowrap">
          <One {...props} label={`${label}, from`} value={values[0] ?? ''} onSet={(value) => set([value, values[1] ?? ''])} />
          <span aria-hidden="true">–</span>
          <One {...props} label={`${label}, to`} value={values[1] ?? ''} onSet={(value) => set([values[0] ?? '', value])} />
        </Group>
      )
    case 'one':
      return <One {...props} value={values[0] ?? ''} onSet={(value) => set(value === '' ? [] : [value])} />
    default:
      return (
        <TagsInput
          aria-label={label}
          placeholder={values.length === 0 ? 'Any value' : undefined}
          miw={160}
          disabled={disabled}
          clearable
          acceptValueOnBlur
          maxTags={200}
          data={[...new Set(props.suggestions)]}
          value={values.map((value) => String(value ?? ''))}
          onChange={set}
          onSearchChange={props.onSearch}
        />
      )
  }
}

interface OneProps extends Pick<ValueInputProps, 'label' | 'type' | 'disabled'> {
  value: Value
  onSet: (value: Value) => void
}

function One({ label, type, disabled, value, onSet }: OneProps) {
  if (type === 'number') {
    return (
      <NumberInput
        aria-label={label}
        w={120}
        disabled={disabled}
        value={typeof value === 'number' ? value : ''}
        onChange={(next) => onSet(typeof next === 'number' ? next : '')}
      />
    )
  }
  if (type === 'boolean') {
    return (
      <Select
        aria-label={label}
        w={110}
        placeholder="Either"
        clearable
        disabled={disabled}
        data={[
          { value: 'true', label: 'Yes' },
          { value: 'false', label: 'No' },
        ]}
        value={typeof value === 'boolean' ? String(value) : null}
        onChange={(next) => onSet(next === null ? '' : next === 'true')}
      />
    )
  }
  return (
    <TextInput
      aria-label={label}
      type="date"
      w={150}
      disabled={disabled}
      value={typeof value === 'string' && DAY.test(value) ? value.slice(0, 10) : ''}
      onChange={(event) => onSet(event.currentTarget.value)}
    />
  )
}
