import { Button, Group, List, Modal, Radio, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Content, deleteSpace, type Holdings, holdingsQuery } from '@/api/spaces'
import type { Space } from '@/api/types'
import { Loaded } from '@/parts/Loaded'
import { ProblemCard } from '@/parts/ProblemCard'
import { choices, counted } from './holding'
import { useSpaceChanged } from './useSpaceChanged'

interface DeleteSpaceProps {
  space: Space
  parentName: string | null
  opened: boolean
  onClose: () => void
}

/** Deletes a space. One that holds something goes only when it was said what becomes of that. */
export function DeleteSpace(props: DeleteSpaceProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Delete space">
      {props.opened && <Delete {...props} />}
    </Modal>
  )
}

function Delete(props: DeleteSpaceProps) {
  const holdings = useQuery(holdingsQuery(props.space.id))
  return (
    <Loaded query={holdings} waiting={<Skeleton height={140} role="status" aria-label="Loading what lies in it" />}>
      {(held) => <Choose {...props} held={held} />}
    </Loaded>
  )
}

function Choose({ space, parentName, onClose, held }: DeleteSpaceProps & { held: Holdings }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const changed = useSpaceChanged()
  const options = choices(held, parentName)
  const [content, setContent] = useState<Content | null>(options.length === 0 ? 'refuse' : null)
  const deleting = useMutation({
    mutationFn: (what: Content) => deleteSpace(space.id, what),
    onSuccess: async () => {
      const { projectId, parentId } = space
      await (parentId
        ? navigate({ to: '/projects/$projectId/spaces/$spaceId', params: { projectId, spaceId: parentId } })
        : navigate({ to: '/projects/$projectId/spaces', params: { projectId } }))
      queryClient.removeQueries({ queryKey: ['space', space.id] })
      await changed()
    },
  })
  return (
    <Stack gap="md">
      {options.length === 0 ? (
        <Text size="sm">“{space.name}” is empty. It is deleted for everyone. This can’t be undone.</Text>
      ) : (
        <>
          <div>
            <Text size="sm">“{space.name}” and the spaces within it hold, whoever may see it:</Text>
            <List size="sm" mt={6} aria-label="What lies in it">
              {counted(held).map((words) => (
                <List.Item key={words}>{words}</List.Item>
              ))}
            </List>
          </div>
          <Radio.Group
            label="What becomes of it"
            value={content ?? ''}
            onChange={(chosen) => setContent(options.find((option) => option.content === chosen)?.content ?? null)}
          >
            <Stack gap="sm" mt={8}>
              {options.map((option) => (
                <Radio key={option.content} value={option.content} label={option.label} description={option.description} />
              ))}
            </Stack>
          </Radio.Group>
        </>
      )}
      {deleting.isError && <ProblemCard error={deleting.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button
          color="ruby"
          disabled={content === null}
          loading={deleting.isPending}
          onClick={() => content && deleting.mutate(content)}
        >
          {content === 'delete' ? 'Delete space and content' : 'Delete space'}
        </Button>
      </Group>
    </Stack>
  )
}
