import { Button, Group, Select, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { candidatesQuery, type Party, share, type SpaceRole } from '@/api/spaces'
import { Icon } from '@/parts/icons'
import { ProblemCard } from '@/parts/ProblemCard'
import { ROLE_OPTIONS } from './ShareRow'
import { details } from './sharing'
import { useSpaceChanged } from './useSpaceChanged'

const key = ({ kind, id }: Party) => `${kind} ${id}`

/** Finds a person or a group, and lets them in. */
export function AddShare({ spaceId }: { spaceId: string }) {
  const changed = useSpaceChanged()
  const [words, setWords] = useState('')
  const [chosen, setChosen] = useState<Party | null>(null)
  const [role, setRole] = useState<SpaceRole>('view')
  // What stands in the field after choosing is a name, not something to look for.
  const [q] = useDebouncedValue(chosen?.name === words ? '' : words.trim(), 200)
  const found = useQuery({ ...candidatesQuery(spaceId, q), placeholderData: keepPreviousData })
  const candidates = found.data ?? []
  const parties = chosen && !candidates.some((each) => key(each) === key(chosen)) ? [chosen, ...candidates] : candidates
  const adding = useMutation({
    mutationFn: (party: Party) => share(spaceId, party, role),
    onSuccess: async () => {
      setChosen(null)
      setWords('')
      await changed()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (chosen) adding.mutate(chosen)
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Group gap="xs" align="flex-end">
          <Select
            label="People and groups"
            placeholder="Name or address"
            style={{ flex: '1 1 220px' }}
            searchable
            clearable
            leftSection={<Icon name="search" size={16} />}
            data={parties.map((party) => ({ value: key(party), label: party.name }))}
            filter={({ options }) => options}
            renderOption={({ option }) => {
              const party = parties.find((each) => key(each) === option.value)
              return (
                <div style={{ minWidth: 0 }}>
                  <Text size="sm">{option.label}</Text>
                  <Text size="xs" c="dimmed">
                    {party && details(party)}
                  </Text>
                </div>
              )
            }}
            value={chosen && key(chosen)}
            onChange={(next) => setChosen(parties.find((party) => key(party) === next) ?? null)}
            searchValue={words}
            onSearchChange={setWords}
            nothingFoundMessage={found.isFetching ? 'Looking …' : 'Nobody here has such a name'}
          />
          <Select
            label="May"
            w={130}
            allowDeselect={false}
            data={ROLE_OPTIONS}
            value={role}
            onChange={(next) => next && setRole(next)}
          />
          <Button type="submit" disabled={!chosen} loading={adding.isPending}>
            Share
          </Button>
        </Group>
        {found.isError && <ProblemCard error={found.error} retry={() => void found.refetch()} />}
        {adding.isError && <ProblemCard error={adding.error} />}
      </Stack>
    </form>
  )
}
