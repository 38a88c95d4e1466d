import { Breadcrumbs, Text } from '@mantine/core'
import type { Space } from '@/api/types'
import { TextLink } from './links'

/** Where a thing lies: Spaces / Finance / Monthly. */
export function Trail({ projectId, path }: { projectId: string; path: readonly Space[] }) {
  return (
    <nav aria-label="Breadcrumb">
      <Breadcrumbs separator={<Text c="dimmed">/</Text>} separatorMargin={8}>
        <TextLink to="/projects/$projectId/spaces" params={{ projectId }} size="sm" c="dimmed">
          Spaces
        </TextLink>
        {path.map((space) => (
          <TextLink
            key={space.id}
            to="/projects/$projectId/spaces/$spaceId"
            params={{ projectId, spaceId: space.id }}
            size="sm"
            c="dimmed"
          >
            {space.name}
          </TextLink>
        ))}
      </Breadcrumbs>
    </nav>
  )
}
