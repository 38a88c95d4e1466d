import { Select, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type QueryKey, type UseQueryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Icon } from '@/parts/icons'
import { ProblemCard } from '@/parts/ProblemCard'

export interface Found {
  id: string
  name: string
  /** What tells two of one name apart. */
  details?: string
}

interface FindPickerProps<A, K extends QueryKey, F extends Found> {
  label: string
  /** What answers the words typed so far. */
  query: (q: string) => UseQueryOptions<A, Error, A, K>
  read: (answer: A) => F[]
  value: F | null
  onChange: (chosen: F | null) => void
  placeholder?: string
}

/** Chooses one of more than a list can hold, found by name or address on the server. */
export function FindPicker<A, K extends QueryKey, F extends Found>({
  label,
  query,
  read,
  value,
  onChange,
  placeholder = 'Name or address',
}: FindPickerProps<A, K, F>) {
  const [words, setWords] = useState(value?.name ?? '')
  // What stands in the field after choosing is a name, not something to look for.
  const [q] = useDebouncedValue(value?.name === words ? '' : words.trim(), 200)
  const found = useQuery(query(q))
  const offered = found.data === undefined ? [] : read(found.data)
  const all = value && !offered.some((each) => each.id === value.id) ? [value, ...offered] : offered
  return (
    <div style={{ flex: '1 1 220px', minWidth: 0 }}>
      <Select
        label={label}
        placeholder={placeholder}
        searchable
        clearable
        leftSection={<Icon name="search" size={16} />}
        data={all.map(({ id, name }) => ({ value: id, label: name }))}
        filter={({ options }) => options}
        renderOption={({ option }) => (
          <div style={{ minWidth: 0 }}>
            <Text size="sm">{option.label}</Text>
            <Text size="xs" c="dimmed">
              {all.find((each) => each.id === option.value)?.details}
            </Text>
          </div>
        )}
        value={value?.id ?? null}
        onChange={(id) => onChange(all.find((each) => each.id === id) ?? null)}
        searchValue={words}
        onSearchChange={setWords}
        nothingFoundMessage={found.isFetching ? 'Looking …' : 'Nobody here has such a name'}
      />
      {found.isError && <ProblemCard error={found.error} retry={() => void found.refetch()} />}
    </div>
  )
}
