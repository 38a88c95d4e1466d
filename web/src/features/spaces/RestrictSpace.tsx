import { Button, Group, List, Modal, Skeleton, Stack } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { changeSpace, holdingsQuery } from '@/api/spaces'
import type { Space } from '@/api/types'
import { Loaded } from '@/parts/Loaded'
import { ProblemCard } from '@/parts/ProblemCard'
import { useSpaceChanged } from './useSpaceChanged'

interface RestrictSpaceProps {
  space: Space
  /** The space above; null at the top, and where it may not be seen. */
  parentName: string | null
  opened: boolean
  onClose: () => void
}

/** Restricts a space to its own list, or opens it again, having said what that does. */
export function RestrictSpace(props: RestrictSpaceProps) {
  const restricted = props.space.access === 'restricted'
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={restricted ? 'Open space again' : 'Restrict space'}>
      {props.opened && <Known {...props} />}
    </Modal>
  )
}

function Known(props: RestrictSpaceProps) {
  const holdings = useQuery(holdingsQuery(props.space.id))
  return (
    <Loaded query={holdings} waiting={<Skeleton height={120} />}>
      {({ canMoveUp }) => <Confirm {...props} atTop={!canMoveUp} />}
    </Loaded>
  )
}

function Confirm({ space, parentName, atTop, onClose }: RestrictSpaceProps & { atTop: boolean }) {
  const changed = useSpaceChanged()
  const restricted = space.access === 'restricted'
  const changing = useMutation({
    mutationFn: () => changeSpace(space.id, { access: restricted ? 'inherited' : 'restricted' }),
    onSuccess: async () => {
      onClose()
      await changed()
    },
  })
  const above = atTop ? 'in the project' : parentName ? `who is in “${parentName}”` : 'who is in the space above'
  return (
    <Stack gap="md">
      <List size="sm" spacing={6}>
        {restricted ? (
          <>
            <List.Item>Everyone {above} is in “{space.name}”, too, and in the spaces within it that are not restricted.</List.Item>
            <List.Item>People and groups that it is shared with keep what they have.</List.Item>
          </>
        ) : (
          <>
            <List.Item>Only people and groups that “{space.name}” is shared with stay in, and administrators.</List.Item>
            <List.Item>
              Its list takes over who was let in by name further up, so that nobody who was named loses access. You get
              full access.
            </List.Item>
            {space.openToProject && (
              <List.Item>Who was in only by their role in the project is out, also of the spaces within.</List.Item>
            )}
          </>
        )}
      </List>
      {changing.isError && <ProblemCard error={changing.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          Leave it
        </Button>
        <Button loading={changing.isPending} onClick={() => changing.mutate()}>
          {restricted ? 'Open again' : 'Restrict'}
        </Button>
      </Group>
    </Stack>
  )
}
