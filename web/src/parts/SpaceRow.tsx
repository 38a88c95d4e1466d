import { Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { SpaceNode } from '@/api/spaces'
import { Icon } from './icons'
import classes from './SpaceRow.module.css'

/** One line of a space tree. */
export function SpaceRow({ space, projectId }: { space: SpaceNode; projectId: string }) {
  return (
    <Link
      to="/projects/$projectId/spaces/$spaceId"
      params={{ projectId, spaceId: space.id }}
      className={classes.row}
      style={{ paddingLeft: 18 + space.depth * 26 }}
    >
      <Icon name="folder" color="light-dark(var(--mantine-color-chartres-6), var(--mantine-color-chartres-4))" />
      <span className={classes.name}>{space.name}</span>
      {space.access === 'restricted' && (
        <Text span size="xs" c="dimmed" style={{ display: 'flex', alignItems: 'center', gap: 4 }}>
          <Icon name="lock" size={14} /> Restricted
        </Text>
      )}
      <Text span size="sm" c="dimmed">
        {space.appCount === 1 ? '1 app' : `${space.appCount} apps`}
      </Text>
    </Link>
  )
}
