import { ActionIcon, Select, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerQuery, type Field, type FilterOperator, type FilterRule } from '@/api/charts'
import { adapted, entryOf, firstOperator, operatorsOf } from '@/parts/filters/operators'
import { ValueInput } from '@/parts/filters/ValueInput'
import { Icon } from '@/parts/icons'
import classes from './charts.module.css'
import { emptyQuery } from './draft'

interface FilterRulesProps {
  projectId: string
  exploreName: string
  fields: readonly Field[]
  /** Null: conditions that this page can't show, and keeps. */
  rules: FilterRule[] | null
  onChange: (rules: FilterRule[]) => void
}

/** Conditions that all hold. */
export function FilterRules({ projectId, exploreName, fields, rules, onChange }: FilterRulesProps) {
  if (rules === null) {
    return (
      <Text size="sm" c="dimmed">
        This chart has nested conditions, made through the API. They are kept as they are.
      </Text>
    )
  }
  const add = (id: string | null) => {
    const field = fields.find((one) => one.id === id)
    if (!field) return
    const operator = firstOperator(field.type)
    const { values, settings } = adapted(field.type, operator, operator, [])
    onChange([...rules, { target: { fieldId: field.id }, operator, values, settings, disabled: false, required: false }])
  }
  return (
    <Stack gap="sm">
      {rules.map((rule, index) => (
        <Rule
          key={`${index} ${rule.target.fieldId}`}
          rule={rule}
          field={fields.find((field) => field.id === rule.target.fieldId)}
          projectId={projectId}
          exploreName={exploreName}
          onChange={(next) => onChange(rules.with(index, next))}
          onRemove={() => onChange(rules.toSpliced(index, 1))}
        />
      ))}
      <Select
        aria-label="Add a filter on"
        placeholder="Add a filter on …"
        searchable
        value={null}
        onChange={add}
        leftSection={<Icon name="filter" size={15} />}
        data={fields.map((field) => ({ value: field.id, label: field.label }))}
        maw={320}
      />
    </Stack>
  )
}

interface RuleProps {
  rule: FilterRule
  field: Field | undefined
  projectId: string
  exploreName: string
  onChange: (rule: FilterRule) => void
  onRemove: () => void
}

function Rule({ rule, field, projectId, exploreName, onChange, onRemove }: RuleProps) {
  const type = field?.type ?? 'string'
  const label = field?.label ?? rule.target.fieldId
  const [words, setWords] = useState('')
  const [search] = useDebouncedValue(words.trim(), 250)
  const listed = field?.kind === 'dimension' && type === 'string' && entryOf(type, rule.operator) === 'many'
  const values = useQuery({
    ...answerQuery(projectId, {
      ...emptyQuery(exploreName),
      dimensions: [rule.target.fieldId],
      sorts: [{ fieldId: rule.target.fieldId, descending: false }],
      limit: 100,
      filters: search ? { dimensions: { and: [{ ...rule, operator: 'include', values: [search], settings: null }] } } : {},
    }),
    enabled: listed,
  })
  return (
    <div className={classes.rule} role="group" aria-label={`Filter on ${label}`}>
      <Text size="sm" fw={540}>
        {label}
      </Text>
      <Select
        aria-label={`Operator of ${label}`}
        w={170}
        allowDeselect={false}
        data={operatorsOf(type)}
        value={rule.operator}
        onChange={(next) => {
          if (!next) return
          const operator = next as FilterOperator
          onChange({ ...rule, operator, ...adapted(type, rule.operator, operator, rule.values ?? []) })
        }}
      />
      <ValueInput
        label={`Value of ${label}`}
        type={type}
        operator={rule.operator}
        values={rule.values ?? []}
        settings={rule.settings}
        onChange={(next, settings) => onChange({ ...rule, values: next, settings: settings ?? null })}
        suggestions={values.data?.rows.flatMap(([value]) => (typeof value === 'string' ? [value] : []))}
        onSearch={setWords}
      />
      <ActionIcon variant="subtle" color="gray" aria-label={`Remove the filter on ${label}`} onClick={onRemove}>
        <Icon name="cross" size={15} />
      </ActionIcon>
    </div>
  )
}
