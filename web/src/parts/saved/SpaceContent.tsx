import { Stack, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { contentQuery, type SavedKind } from '@/api/content'
import { ContentList } from './ContentList'

const KINDS = [
  { kind: 'dashboard', title: 'Dashboards' },
  { kind: 'chart', title: 'Charts' },
] as const

interface SpaceContentProps {
  projectId: string
  spaceId: string
}

/** How many dashboards and charts are filed in a space; null until that is known. */
export function useSavedCount({ projectId, spaceId }: SpaceContentProps): number | null {
  const dashboards = useInfiniteQuery(contentQuery(projectId, { kind: 'dashboard', space: spaceId }))
  const charts = useInfiniteQuery(contentQuery(projectId, { kind: 'chart', space: spaceId }))
  const counts = [dashboards, charts].map((query) => query.data?.pages[0]?.total)
  return counts.reduce<number | null>((sum, count) => (sum === null || count === undefined ? null : sum + count), 0)
}

/** The dashboards and charts that are filed in a space. */
export function SpaceContent({ projectId, spaceId }: SpaceContentProps) {
  const count = useSavedCount({ projectId, spaceId })
  if (count === 0) return null
  return (
    <Stack gap="xl">
      {KINDS.map(({ kind, title }) => (
        <Part key={kind} kind={kind} title={title} projectId={projectId} spaceId={spaceId} />
      ))}
    </Stack>
  )
}

interface PartProps extends SpaceContentProps {
  kind: SavedKind
  title: string
}

function Part({ kind, title, projectId, spaceId }: PartProps) {
  const filter = { kind, space: spaceId }
  const { data } = useInfiniteQuery(contentQuery(projectId, filter))
  if (data?.pages[0]?.total === 0) return null
  return (
    <section aria-label={title}>
      <Title order={2} mb="sm">
        {title}
      </Title>
      <ContentList projectId={projectId} filter={filter} label={title} empty={null} hideSpace />
    </section>
  )
}
