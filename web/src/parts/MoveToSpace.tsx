import { Button, Group, Modal, Radio, ScrollArea, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { moveApp } from '@/api/apps'
import { flatten, spacesQuery, spaceTree } from '@/api/spaces'
import type { App } from '@/api/types'
import { Icon } from './icons'
import { Loaded } from './Loaded'
import { ProblemCard } from './ProblemCard'

const PERSONAL = 'personal'

/** Files an app in a space, or takes it back. */
export function MoveToSpace({ app, opened, onClose }: { app: App; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Move to space" size="md">
      {opened && <Choice app={app} onClose={onClose} />}
    </Modal>
  )
}

function Choice({ app, onClose }: { app: App; onClose: () => void }) {
  const queryClient = useQueryClient()
  const spaces = useQuery(spacesQuery(app.projectId))
  const now = app.spaceId ?? PERSONAL
  const [chosen, setChosen] = useState(now)
  const moving = useMutation({
    mutationFn: () => moveApp(app.id, chosen === PERSONAL ? null : chosen),
    onSuccess: async () => {
      onClose()
      await queryClient.invalidateQueries({ queryKey: ['app', app.id] })
      await queryClient.invalidateQueries({ queryKey: ['apps'] })
      await queryClient.invalidateQueries({ queryKey: ['spaces'] })
    },
  })
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        People who can see the space can open the app. Each of them sees only their own rows.
      </Text>
      <Loaded query={spaces} waiting={<Skeleton height={160} />}>
        {(list) => (
          <ScrollArea.Autosize mah={320} type="auto">
            <Radio.Group value={chosen} onChange={setChosen} aria-label="Space">
              <Stack gap={2}>
                <Radio
                  value={PERSONAL}
                  label="Personal (only you and administrators)"
                  py={6}
                  styles={{ label: { cursor: 'pointer' } }}
                />
                {flatten(spaceTree(list)).map((space) => (
                  <Radio
                    key={space.id}
                    value={space.id}
                    py={6}
                    ml={space.depth * 24}
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
