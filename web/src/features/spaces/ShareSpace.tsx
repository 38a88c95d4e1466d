import { Button, Group, Modal, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { sharesQuery } from '@/api/spaces'
import type { Space } from '@/api/types'
import { Icon } from '@/parts/icons'
import { ProblemCard } from '@/parts/ProblemCard'
import { AddShare } from './AddShare'
import { FromRoles, ShareRow } from './ShareRow'
import { letsIn } from './sharing'
import classes from './spaces.module.css'

interface ShareSpaceProps {
  space: Space
  opened: boolean
  onClose: () => void
}

/** Who is let into a space, to be changed. */
export function ShareSpace({ space, opened, onClose }: ShareSpaceProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Share “${space.name}”`} size="lg">
      {opened && <Sharing space={space} />}
    </Modal>
  )
}

// With fewer there is nothing to search.
const MANY = 10

function Sharing({ space }: { space: Space }) {
  const [words, setWords] = useState('')
  const [q] = useDebouncedValue(words.trim(), 200)
  const query = useInfiniteQuery({ ...sharesQuery(space.id, q), placeholderData: keepPreviousData })
  const [first] = query.data?.pages ?? []
  if (first === undefined) {
    return query.isError ? (
      <ProblemCard error={query.error} retry={() => void query.refetch()} />
    ) : (
      <Skeleton height={260} role="status" aria-label="Loading who is let in" />
    )
  }
  const shares = query.data?.pages.flatMap((page) => page.shares) ?? []
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {letsIn(first)}
      </Text>
      <AddShare spaceId={space.id} />
      {(first.total > MANY || words !== '') && (
        <TextInput
          aria-label="Search who is let in"
          placeholder="Search who is let in"
          type="search"
          maxLength={200}
          leftSection={<Icon name="search" size={16} />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      )}
      <ul className={`rows ${classes.shares}`} aria-label="Who is let in">
        {shares.map((share) => (
          <ShareRow key={`${share.party.kind} ${share.party.id} ${share.spaceId ?? 'above'}`} space={space} share={share} />
        ))}
        {words === '' && <FromRoles access={first} />}
      </ul>
      {query.isError && <ProblemCard error={query.error} />}
      {query.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
      <Text size="xs" c="dimmed">
        What someone is given by name decides over their groups and their role in the project, even when it is less. Of
        several given by name, here and further up, the highest counts.
      </Text>
    </Stack>
  )
}
