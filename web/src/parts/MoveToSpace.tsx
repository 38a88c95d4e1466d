import { Button, Group, Modal, Radio, ScrollArea, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { flatten, MANY_SPACES, matching, spacesQuery, spaceTree } from '@/api/spaces'
import { Icon } from './icons'
import { Loaded } from './Loaded'
import { ProblemCard } from './ProblemCard'

const PERSONAL = 'personal'

interface MoveToSpaceProps {
  projectId: string
  /** Where it is now; null: in no space. */
  spaceId: string | null
  /** Whether it may be in no space, with its maker alone. */
  personal?: boolean
  /** Moves it, and has the pages read anew. */
  move: (spaceId: string | null) => Promise<unknown>
  opened: boolean
  onClose: () => void
}

/** Files something in a space, or takes it back. */
export function MoveToSpace(props: MoveToSpaceProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Move to space" size="md">
      {props.opened && <Choice {...props} />}
    </Modal>
  )
}

function Choice({ projectId, spaceId, personal = false, move, onClose }: MoveToSpaceProps) {
  const spaces = useQuery(spacesQuery(projectId))
  const [words, setWords] = useState('')
  const now = spaceId ?? PERSONAL
  const [chosen, setChosen] = useState(now)
  const moving = useMutation({
    mutationFn: () => move(chosen === PERSONAL ? null : chosen),
    onSuccess: onClose,
  })
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        People who can see the space can open it. Each of them sees only their own rows.
      </Text>
      {(spaces.data?.length ?? 0) > MANY_SPACES && (
        <TextInput
          aria-label="Search spaces"
          placeholder="Search spaces"
          type="search"
          maxLength={200}
          leftSection={<Icon name="search" size={16} />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      )}
      <Loaded query={spaces} waiting={<Skeleton height={160} />}>
        {(list) => (
          <ScrollArea.Autosize mah={320} type="auto" scrollbars="y">
            <Radio.Group value={chosen} onChange={setChosen} aria-label="Space">
              <Stack gap={2}>
                {personal && (
                  <Radio
                    value={PERSONAL}
                    label="Personal (only you and administrators)"
                    py={6}
                    styles={{ label: { cursor: 'pointer' } }}
                  />
                )}
                {flatten(spaceTree(matching(list, words))).map((space) => (
                  <Radio
                    key={space.id}
                    value={space.id}
                    py={6}
                    ml={Math.min(space.depth, 8) * 16}
                    disabled={space.role === 'view' && space.id !== spaceId}
                    styles={{ label: { cursor: 'pointer' } }}
                    aria-label={space.name}
                    label={
                      <Group gap={6} component="span" wrap="nowrap">
                        <Icon name={space.access === 'restricted' ? 'lock' : 'folder'} size={16} />
                        {space.name}
                      </Group>
                    }
                  />
                ))}
                {list.length > 0 && matching(list, words).length === 0 && (
                  <Text size="sm" c="dimmed" py="xs">
                    No space that you may see has these words.
                  </Text>
                )}
                {list.length === 0 && (
                  <Text size="sm" c="dimmed" py="xs">
                    There is no space yet. Create one under Spaces, then come back.
                  </Text>
                )}
              </Stack>
            </Radio.Group>
          </ScrollArea.Autosize>
        )}
      </Loaded>
      {moving.isError && <ProblemCard error={moving.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button disabled={chosen === now} loading={moving.isPending} onClick={() => moving.mutate()}>
          Move
        </Button>
      </Group>
    </Stack>
  )
}
