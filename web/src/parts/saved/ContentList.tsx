import { Button, Group, Skeleton, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type ContentFilter, type ContentItem, contentQuery } from '@/api/content'
import { Icon } from '../icons'
import { ProblemCard } from '../ProblemCard'
import { ago } from '../time'
import { contentIcon } from './looks'
import classes from './saved.module.css'

interface ContentListProps {
  projectId: string
  filter: ContentFilter
  label: string
  /** Shown in place of a list that holds nothing. */
  empty: ReactNode
  /** Inside a space its name says nothing new. */
  hideSpace?: boolean
  /** Only as many, without a way to more. */
  most?: number
}

/** Dashboards and charts (and apps) that this person may open, the newest change first. */
export function ContentList({ projectId, filter, label, empty, hideSpace = false, most }: ContentListProps) {
  const query = useInfiniteQuery(contentQuery(projectId, filter))
  if (query.data === undefined) {
    return query.isError ? (
      <ProblemCard error={query.error} retry={() => void query.refetch()} />
    ) : (
      <Skeleton height={180} radius="lg" role="status" aria-label={`Loading ${label}`} />
    )
  }
  const items = query.data.pages.flatMap((page) => page.items).slice(0, most)
  if (items.length === 0) return empty
  return (
    <>
      <ul className={`card ${classes.list}`} aria-label={label}>
        {items.map((item) => (
          <li key={`${item.kind} ${item.id}`}>
            <Line item={item} hideSpace={hideSpace} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && most === undefined && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
    </>
  )
}

function Line({ item, hideSpace }: { item: ContentItem; hideSpace: boolean }) {
  const to: string = `/${item.kind}s/${item.id}`
  const where = hideSpace ? null : (item.spaceName ?? 'Personal')
  return (
    <Link to={to} className={classes.item}>
      <Icon
        name={contentIcon(item)}
        color="light-dark(var(--mantine-color-chartres-6), var(--mantine-color-chartres-4))"
      />
      <div style={{ minWidth: 0 }}>
        <div className={classes.name}>{item.name}</div>
        {item.description && (
          <Text size="xs" c="dimmed" lineClamp={1}>
            {item.description}
          </Text>
        )}
      </div>
      <Text size="xs" c="dimmed" className={classes.when}>
        {[where, item.updatedBy, ago(item.updatedAt)].filter(Boolean).join(' · ')}
      </Text>
    </Link>
  )
}
