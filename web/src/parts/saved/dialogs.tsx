import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { operations, type Saved, type SavedKind } from '@/api/content'
import { ProblemCard } from '../ProblemCard'
import { RenameForm } from '../RenameForm'
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
  return (
    <RenameForm
      name={item.name}
      description={item.description}
      save={async (named) => changed(item.id, await operations[kind].rename(item.id, item.version, named))}
      onClose={onClose}
    />
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
