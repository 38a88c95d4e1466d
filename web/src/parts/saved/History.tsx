import { Badge, Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { historyQuery, operations, type Saved, type SavedKind } from '@/api/content'
import { Loaded } from '../Loaded'
import { ProblemCard } from '../ProblemCard'
import { ago } from '../time'
import { useChanged } from './useChanged'

interface HistoryProps {
  kind: SavedKind
  item: Saved
  opened: boolean
  onClose: () => void
  /** Shows an older save, where the page can. */
  onShow?: (number: number) => void
}

/** The saves of a chart or dashboard, the newest first. Restoring makes another and deletes nothing. */
export function History(props: HistoryProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="History" size="lg">
      {props.opened && <Saves {...props} />}
    </Modal>
  )
}

function Saves({ kind, item, onClose, onShow }: HistoryProps) {
  const history = useQuery(historyQuery(kind, item.id))
  const changed = useChanged(kind)
  const restoring = useMutation({
    mutationFn: (number: number) => operations[kind].restore(item.id, number),
    onSuccess: async (saved) => {
      await changed(item.id, saved)
      onClose()
    },
  })
  return (
    <Stack gap="md">
      {restoring.isError && <ProblemCard error={restoring.error} />}
      <Loaded query={history} waiting={<Skeleton height={160} />}>
        {({ items }) => (
          <ol className="rows" style={{ listStyle: 'none', margin: 0, padding: 0 }} aria-label="Versions">
            {items.map((save) => (
              <li key={save.number} style={{ padding: '10px 0' }} aria-label={`Version ${save.number}`}>
                <Group justify="space-between" wrap="nowrap" gap="sm">
                  <div style={{ minWidth: 0 }}>
                    <Group gap={8}>
                      <Text fw={600} size="sm">
                        Version {save.number}
                      </Text>
                      {save.number === item.version && (
                        <Badge variant="outline" color="gray" size="sm" radius="sm" tt="none">
                          Now
                        </Badge>
                      )}
                    </Group>
                    <Text size="sm" truncate>
                      {save.restoredFrom === null ? save.name : `${save.name} (version ${save.restoredFrom} again)`}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {save.createdBy?.name ?? 'Somebody who left'} · {ago(save.createdAt)}
                    </Text>
                  </div>
                  {save.number !== item.version && (
                    <Group gap={6} wrap="nowrap">
                      {onShow && (
                        <Button
                          size="compact-sm"
                          variant="default"
                          aria-label={`Show version ${save.number}`}
                          onClick={() => {
                            onShow(save.number)
                            onClose()
                          }}
                        >
                          Show
                        </Button>
                      )}
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Restore version ${save.number}`}
                        loading={restoring.isPending && restoring.variables === save.number}
                        onClick={() => restoring.mutate(save.number)}
                      >
                        Restore
                      </Button>
                    </Group>
                  )}
                </Group>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Stack>
  )
}
