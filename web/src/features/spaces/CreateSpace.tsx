import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { createSpace } from '@/api/spaces'
import type { Space } from '@/api/types'
import { ProblemCard } from '@/parts/ProblemCard'
import { AccessChoice } from './AccessChoice'
import { PlaceSelect } from './PlaceSelect'
import { useSpaceChanged } from './useSpaceChanged'

interface CreateSpaceProps {
  projectId: string
  spaces: readonly Space[]
  parentId?: string
  opened: boolean
  onClose: () => void
}

export function CreateSpace(props: CreateSpaceProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Create space">
      {props.opened && <Form {...props} />}
    </Modal>
  )
}

function Form({ projectId, spaces, parentId, onClose }: CreateSpaceProps) {
  const navigate = useNavigate()
  const changed = useSpaceChanged()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [parent, setParent] = useState<string | null>(parentId ?? null)
  const [access, setAccess] = useState<Space['access']>('inherited')
  const creating = useMutation({
    mutationFn: () => createSpace(projectId, { name: name.trim(), description, parentId: parent, access }),
    onSuccess: async (space) => {
      onClose()
      await changed()
      await navigate({
        to: '/projects/$projectId/spaces/$spaceId',
        params: { projectId, spaceId: space.id },
      })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim()) creating.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          placeholder="Finance"
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Textarea
          label="Description"
          maxLength={2000}
          autosize
          minRows={1}
          maxRows={6}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <PlaceSelect spaces={spaces} value={parent} onChange={setParent} />
        <AccessChoice
          value={access}
          onChange={setAccess}
          parentName={spaces.find(({ id }) => id === parent)?.name ?? null}
        />
        {creating.isError && <ProblemCard error={creating.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!name.trim()} loading={creating.isPending}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
