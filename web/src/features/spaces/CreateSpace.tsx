import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { createSpace, flatten, spaceTree } from '@/api/spaces'
import type { Space } from '@/api/types'
import { ProblemCard } from '@/parts/ProblemCard'

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
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [parent, setParent] = useState<string | null>(parentId ?? null)
  const creating = useMutation({
    mutationFn: () => createSpace(projectId, name.trim(), parent),
    onSuccess: async (space) => {
      onClose()
      await queryClient.invalidateQueries({ queryKey: ['spaces', projectId] })
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
        <Select
          label="Inside"
          placeholder="The project itself"
          clearable
          value={parent}
          onChange={setParent}
          data={flatten(spaceTree(spaces)).map((space) => ({
            value: space.id,
            label: `${'\u2003'.repeat(space.depth)}${space.name}`,
          }))}
          description="A new space has the access of what it is inside."
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
