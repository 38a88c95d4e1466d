import { Group, Skeleton, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { App } from '@/api/types'
import classes from './AppCard.module.css'
import { StatusBadge } from './status'
import { Thumbnail } from './Thumbnail'
import { ago } from './time'

export function AppGrid({ apps, label }: { apps: readonly App[]; label: string }) {
  return (
    <ul className={classes.grid} aria-label={label}>
      {apps.map((app) => (
        <li key={app.id}>
          <AppCard app={app} />
        </li>
      ))}
    </ul>
  )
}

function AppCard({ app }: { app: App }) {
  // Nothing to look at yet: the builder is where its progress, or its failure, can be read.
  const to = app.readyVersion === null && app.canManage ? '/apps/$appId/build' : '/apps/$appId'
  return (
    <article className={`card ${classes.card}`}>
      <div className={classes.picture}>
        <Thumbnail url={app.thumbnailUrl} seed={app.id} />
      </div>
      <div className={classes.body}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Link to={to} params={{ appId: app.id }} className={classes.name}>
            {app.name}
          </Link>
          {app.status !== 'ready' && <StatusBadge status={app.status} />}
        </Group>
        <Text size="sm" c="dimmed" truncate mt={2}>
          {app.spaceName ?? 'Personal'} · {app.createdBy.name}
        </Text>
        <Text size="xs" c="dimmed" mt={6}>
          Updated {ago(app.updatedAt)}
        </Text>
      </div>
    </article>
  )
}

export function AppGridWaiting({ count = 3 }: { count?: number }) {
  return (
    <div className={classes.grid} role="status" aria-label="Loading apps">
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} height={248} radius="lg" />
      ))}
    </div>
  )
}
