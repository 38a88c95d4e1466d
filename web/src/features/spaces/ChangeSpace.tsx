import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { may } from '@/api/session'
import { changeSpace, holdingsQuery, moveSpace, spacesQuery, within } from '@/api/spaces'
import type { Space } from '@/api/types'
import { useProject } from '@/parts/me'
import { ProblemCard } from '@/parts/ProblemCard'
import { RenameForm } from '@/parts/RenameForm'
import { PlaceSelect } from './PlaceSelect'
import { useSpaceChanged } from './useSpaceChanged'

interface DialogProps {
  space: Space
  opened: boolean
  onClose: () => void
}

export function RenameSpace(props: DialogProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Rename space">
      {props.opened && <Rename {...props} />}
    </Modal>
  )
}

function Rename({ space, onClose }: DialogProps) {
  const changed = useSpaceChanged()
  return (
    <RenameForm
      name={space.name}
      description={space.description}
      save={async (named) => {
        await changeSpace(space.id, named)
        await changed()
      }}
      onClose={onClose}
    />
  )
}

export function MoveSpace(props: DialogProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Move space">
      {props.opened && <Move {...props} />}
    </Modal>
  )
}

function Move({ space, onClose }: DialogProps) {
  const changed = useSpaceChanged()
  const spaces = useQuery(spacesQuery(space.projectId))
  const holdings = useQuery(holdingsQuery(space.id))
  const mayBeTop = may(useProject(space.projectId), 'create:Space')
  const [chosen, setChosen] = useState<string | null>()
  // The wire says null at the top and below a space that this person may not see; only the first can't move up.
  const now = space.parentId === null && holdings.data?.canMoveUp !== false ? undefined : space.parentId
  const moving = useMutation({
    mutationFn: (to: string | null) => moveSpace(space.id, to),
    onSuccess: async () => {
      await changed()
      onClose()
    },
  })
  const all = spaces.data ?? []
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        “{space.name}” moves with all that lies in it.{' '}
        {space.access === 'restricted'
          ? 'It is restricted: the same people stay in.'
          : 'From then on whoever is in the new place is in here, too; who was in only through the old place is not.'}
      </Text>
      <PlaceSelect
        spaces={all}
        value={chosen === undefined ? now : chosen}
        onChange={setChosen}
        top={mayBeTop}
        without={within(all, space.id)}
      />
      {spaces.isError && <ProblemCard error={spaces.error} retry={() => void spaces.refetch()} />}
      {moving.isError && <ProblemCard error={moving.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={chosen === undefined || chosen === now}
          loading={moving.isPending}
          onClick={() => chosen !== undefined && moving.mutate(chosen)}
        >
          Move
        </Button>
      </Group>
    </Stack>
  )
}
