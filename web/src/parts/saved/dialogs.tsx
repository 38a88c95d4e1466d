import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { operations, type Saved, type SavedKind } from '@/api/content'
import { ProblemCard } from '../ProblemCard'
import { useChanged } from './useChanged'

interface DialogProps {
  kind: SavedKind
  item: Saved
  opened: boolean
  onClose: () => void
}

export function RenameSaved(props: DialogProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={`Rename ${props.kind}`}>
      {props.opened && <Rename {...props} />}
    </Modal>
  )
}

function Rename({ kind, item, onClose }: DialogProps) {
  const changed = useChanged(kind)
  const [name, setName] = useState(item.name)
  const [description, setDescription] = useState(item.description)
  const renaming = useMutation({
    mutationFn: () => operations[kind].rename(item.id, item.version, { name: name.trim(), description }),
    onSuccess: async (saved) => {
      await changed(item.id, saved)
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim()) renaming.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          data-autofocus
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label="Description"
          maxLength={2000}
          autosize
          minRows={2}
          maxRows={8}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {renaming.isError && <ProblemCard error={renaming.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!name.trim()} loading={renaming.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const KEPT: Record<SavedKind, string> = {
  chart: 'Dashboards that show it will say that it is gone.',
  dashboard: 'Its charts stay where they are.',
}

interface DeleteProps extends DialogProps {
  /** Leaves the page of what is no longer there. */
  onDeleted: () => Promise<void>
}

export function DeleteSaved(props: DeleteProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={`Delete ${props.kind}`}>
      {props.opened && <Delete {...props} />}
    </Modal>
  )
}

function Delete({ kind, item, onClose, onDeleted }: DeleteProps) {
  const queryClient = useQueryClient()
  const changed = useChanged(kind)
  const deleting = useMutation({
    mutationFn: () => operations[kind].remove(item.id),
    onSuccess: async () => {
      await onDeleted()
      queryClient.removeQueries({ queryKey: [kind, item.id] })
      await changed(item.id)
    },
  })
  return (
    <Stack gap="md">
      <Text size="sm">
        “{item.name}” with its history is deleted for everyone. {KEPT[kind]} This can’t be undone.
      </Text>
      {deleting.isError && <ProblemCard error={deleting.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button color="ruby" loading={deleting.isPending} onClick={() => deleting.mutate()}>
          Delete {kind}
        </Button>
      </Group>
    </Stack>
  )
}
