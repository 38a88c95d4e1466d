import { Group, Skeleton, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Saved } from '@/api/content'
import { pathTo, spacesQuery } from '@/api/spaces'
import { Trail } from '../Trail'
import { ago } from '../time'
import classes from './saved.module.css'

interface SavedBarProps {
  item: Saved | undefined
  children?: ReactNode
}

/** The head of a chart's or dashboard's page: its name, where it lies, who changed it; beside it what can be done. */
export function SavedBar({ item, children }: SavedBarProps) {
  const spaces = useQuery({ ...spacesQuery(item?.projectId ?? ''), enabled: item !== undefined })
  return (
    <header className={classes.bar}>
      <div className={classes.title}>
        {item ? (
          <>
            <Title order={1} fz="1.35rem" style={{ overflowWrap: 'anywhere' }}>
              {item.name}
            </Title>
            <Group gap={8} mt={2}>
              <Trail projectId={item.projectId} path={pathTo(spaces.data ?? [], item.spaceId)} />
              <Text size="sm" c="dimmed">
                · {item.updatedBy ? `${item.updatedBy.name}, ` : ''}
                {ago(item.updatedAt)}
              </Text>
            </Group>
            {item.description && (
              <Text size="sm" c="dimmed" mt={6} maw={720} style={{ overflowWrap: 'anywhere' }}>
                {item.description}
              </Text>
            )}
          </>
        ) : (
          <Skeleton width={260} height={56} />
        )}
      </div>
      <Group gap="xs">{children}</Group>
    </header>
  )
}
