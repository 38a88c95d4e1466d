import { Badge, Button, Group, Modal, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { type Item, type MayOpen, peopleQuery } from '@/api/access'
import { Icon } from '../icons'
import { ProblemCard } from '../ProblemCard'
import { Reasons } from './Reasons'
import { standing } from './words'
import classes from './why.module.css'

interface WhoCanOpenProps {
  item: Item
  name: string
  opened: boolean
  onClose: () => void
}

/** Who can open a thing, for those who manage it. */
export function WhoCanOpen({ item, name, opened, onClose }: WhoCanOpenProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Who can open “${name}”`} size="lg">
      {opened && <People item={item} />}
    </Modal>
  )
}

function People({ item }: { item: Item }) {
  const [words, setWords] = useState('')
  const [q] = useDebouncedValue(words.trim(), 200)
  const query = useInfiniteQuery({ ...peopleQuery(item, q), placeholderData: keepPreviousData })
  if (query.data === undefined) {
    return query.isError ? (
      <ProblemCard error={query.error} retry={() => void query.refetch()} />
    ) : (
      <Skeleton height={220} role="status" aria-label="Loading people" />
    )
  }
  const people = query.data.pages.flatMap((page) => page.items)
  const total = query.data.pages[0]?.total ?? 0
  return (
    <Stack gap="xs">
      <TextInput
        aria-label="Search people"
        placeholder="Search people"
        type="search"
        maxLength={200}
        data-autofocus
        leftSection={<Icon name="search" size={16} />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Text size="xs" c="dimmed" role="status">
        {q === '' ? `Everyone with a role in the project: ${total}` : `${total} found`}
      </Text>
      <ul className={`rows ${classes.people}`} aria-label="People">
        {people.map((each) => (
          <Line key={each.person.id} item={item} each={each} />
        ))}
      </ul>
      {query.isFetchNextPageError && <ProblemCard error={query.error} />}
      {query.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
    </Stack>
  )
}

const COLOURS = { 'Can manage': 'chartres', 'Can open': 'verdigris', 'Can’t open': 'gray' } as const

function Line({ item, each }: { item: Item; each: MayOpen }) {
  const [open, setOpen] = useState(false)
  const details = useId()
  const { person, canOpen, reason } = each
  const how = standing(each)
  return (
    <li aria-label={person.name}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {person.name}
          </Text>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {person.email ?? 'Service account'}
          </Text>
        </div>
        <Group gap={8} wrap="nowrap" style={{ flex: 'none' }}>
          <Badge variant="light" color={COLOURS[how]} tt="none">
            {how}
          </Badge>
          <Button
            size="compact-sm"
            variant="default"
            aria-expanded={open}
            aria-controls={details}
            aria-label={`Why ${canOpen ? 'can' : 'can’t'} ${person.name} open this?`}
            onClick={() => setOpen(!open)}
          >
            Why?
          </Button>
        </Group>
      </Group>
      <div id={details}>
        {open ? (
          <div style={{ paddingTop: 12 }}>
            <Reasons item={item} personId={person.id} />
          </div>
        ) : (
          <Text size="xs" c="dimmed" mt={4} lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
            {reason}
          </Text>
        )}
      </div>
    </li>
  )
}
