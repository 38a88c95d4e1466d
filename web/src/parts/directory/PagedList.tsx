import { Group, Pagination, Skeleton, Stack, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { PAGE } from '@/api/directory'
import { Loaded } from '@/parts/Loaded'

interface PagedListProps<T> {
  query: UseQueryResult<{ items: T[]; total: number }>
  label: string
  page?: number
  onPage: (page: number | undefined) => void
  /** What stands there when nothing was found. */
  empty: ReactNode
  /** The count in words: "3 people". */
  count: (total: number) => string
  children: (item: T) => ReactNode
}

/** One page of a long list, how many there are in all, and the way to the other pages. `children` give `<li>`s. */
export function PagedList<T>({ query, label, page = 1, onPage, empty, count, children }: PagedListProps<T>) {
  return (
    <Loaded query={query} waiting={<Skeleton height={320} radius="lg" />}>
      {({ items, total }) => {
        const pages = Math.ceil(total / PAGE)
        return (
          <Stack gap="sm" aria-busy={query.isPlaceholderData}>
            {items.length === 0 && total === 0 ? (
              empty
            ) : (
              <ul
                aria-label={label}
                className="card rows"
                style={{ listStyle: 'none', margin: 0, padding: 0, opacity: query.isPlaceholderData ? 0.6 : 1 }}
              >
                {items.map(children)}
              </ul>
            )}
            {total > 0 && (
              <Group justify="space-between" gap="sm">
                <Text size="sm" c="dimmed" role="status">
                  {count(total)}
                  {pages > 1 && ` · page ${page} of ${pages}`}
                </Text>
                {(pages > 1 || page > 1) && (
                  <Pagination
                    size="sm"
                    siblings={1}
                    total={Math.max(pages, page)}
                    value={page}
                    onChange={(next) => onPage(next > 1 ? next : undefined)}
                    getControlProps={(control) => ({ 'aria-label': `${control} page` })}
                    getItemProps={(number) => ({ 'aria-label': `Page ${number}` })}
                  />
                )}
              </Group>
            )}
          </Stack>
        )
      }}
    </Loaded>
  )
}
