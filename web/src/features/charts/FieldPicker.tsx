import { Checkbox, Text, TextInput, Tooltip } from '@mantine/core'
import { useState } from 'react'
import type { Field } from '@/api/charts'
import { Icon } from '@/parts/icons'
import classes from './charts.module.css'

interface FieldPickerProps {
  fields: readonly Field[]
  chosen: readonly string[]
  onToggle: (field: Field) => void
}

const KINDS = [
  ['metric', 'Metrics'],
  ['dimension', 'Dimensions'],
] as const

/** All that may be asked of an explore, found by words. */
export function FieldPicker({ fields, chosen, onToggle }: FieldPickerProps) {
  const [search, setSearch] = useState('')
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (field: Field) => {
    const text = `${field.label} ${field.table} ${field.description ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  const found = fields.filter(fits)
  return (
    <div>
      <TextInput
        aria-label="Search fields"
        placeholder="Search fields"
        type="search"
        size="sm"
        leftSection={<Icon name="search" size={15} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <div className={classes.fields}>
        {KINDS.map(([kind, title]) => {
          const list = found.filter((field) => field.kind === kind)
          if (list.length === 0) return null
          return (
            <section key={kind} aria-label={title}>
              <div className={classes.group}>{title}</div>
              {list.map((field) => (
                <Tooltip
                  key={field.id}
                  label={field.description}
                  refProp="rootRef"
                  disabled={!field.description}
                  position="right"
                  multiline
                  maw={280}
                >
                  <Checkbox
                    size="xs"
                    py={4}
                    label={field.label}
                    checked={chosen.includes(field.id)}
                    onChange={() => onToggle(field)}
                    styles={{ label: { cursor: 'pointer', fontSize: 13 } }}
                  />
                </Tooltip>
              ))}
            </section>
          )
        })}
        {found.length === 0 && (
          <Text size="sm" c="dimmed" py="md">
            No field has these words.
          </Text>
        )}
      </div>
    </div>
  )
}
