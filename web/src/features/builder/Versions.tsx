import { Badge, Button, Group, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { cancelVersion, restoreVersion, underWay } from '@/api/apps'
import type { App, Version } from '@/api/types'
import { ProblemCard } from '@/parts/ProblemCard'
import { StatusBadge } from '@/parts/status'
import { Thumbnail } from '@/parts/Thumbnail'
import { ago, duration } from '@/parts/time'
import classes from './Versions.module.css'

interface VersionsProps {
  app: App
  versions: readonly Version[]
  shown: number | null
  onShow: (version: number) => void
  onRestored: () => void
}

/** All versions, the newest first. Restoring makes a new one and deletes nothing. */
export function Versions({ app, versions, shown, onShow, onRestored }: VersionsProps) {
  const queryClient = useQueryClient()
  const refresh = async () => {
    await queryClient.invalidateQueries({ queryKey: ['versions', app.id] })
    await queryClient.invalidateQueries({ queryKey: ['app', app.id] })
  }
  const restoring = useMutation({
    mutationFn: (number: number) => restoreVersion(app.id, number),
    onSuccess: async () => {
      await refresh()
      onRestored()
    },
  })
  const cancelling = useMutation({ mutationFn: (number: number) => cancelVersion(app.id, number), onSettled: refresh })
  const building = versions.some(underWay)
  return (
    <div className={classes.page}>
      {restoring.isError && <ProblemCard error={restoring.error} />}
      {cancelling.isError && <ProblemCard error={cancelling.error} />}
      <ol className={classes.list} aria-label="Versions">
        {versions.toReversed().map((version) => (
          <li key={version.number} className={`card ${classes.version}`} aria-label={`Version ${version.number}`}>
            <div className={classes.picture}>
              <Thumbnail url={version.thumbnailUrl} seed={`${app.id} ${version.number}`} />
            </div>
            <div className={classes.words}>
              <Group gap={8}>
                <Text fw={620}>Version {version.number}</Text>
                <StatusBadge status={version.status} />
                {version.number === app.readyVersion && (
                  <Badge variant="outline" color="gray" size="sm" radius="sm" tt="none">
                    What viewers see
                  </Badge>
                )}
              </Group>
              <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                {version.restoredFrom === null ? version.prompt : `Restored from version ${version.restoredFrom}`}
              </Text>
              <Text size="xs" c="dimmed">
                {[
                  version.createdBy.name,
                  ago(version.createdAt),
                  version.durationMs === null ? null : `built in ${duration(version.durationMs)}`,
                  version.model,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
              <Group gap={8} mt={4}>
                {version.status === 'ready' && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    disabled={shown === version.number}
                    onClick={() => onShow(version.number)}
                    aria-label={`Show version ${version.number}`}
                  >
                    {shown === version.number ? 'Shown' : 'Show'}
                  </Button>
                )}
                {app.canManage && version.status === 'ready' && version.number !== app.readyVersion && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    disabled={building}
                    loading={restoring.isPending && restoring.variables === version.number}
                    onClick={() => restoring.mutate(version.number)}
                    aria-label={`Restore version ${version.number}`}
                  >
                    Restore
                  </Button>
                )}
                {app.canManage && underWay(version) && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    loading={cancelling.isPending}
                    onClick={() => cancelling.mutate(version.number)}
                    aria-label={`Cancel version ${version.number}`}
                  >
                    Cancel
                  </Button>
                )}
              </Group>
            </div>
          </li>
        ))}
      </ol>
    </div>
  )
}
