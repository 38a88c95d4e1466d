import { Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { CSSProperties } from 'react'
import type { SpaceNode } from '@/api/spaces'
import { Icon } from './icons'
import classes from './SpaceRow.module.css'

interface SpaceRowProps {
  space: SpaceNode
  projectId: string
  /** Whether the spaces within are shown, and what shows or hides them; without it they can't be. */
  unfolded?: boolean
  onFold?: (() => void) | undefined
}

/** One line of a space tree. */
export function SpaceRow({ space, projectId, unfolded = false, onFold }: SpaceRowProps) {
  return (
    <div className={classes.row} style={{ '--depth': space.depth } as CSSProperties}>
      {onFold && (
        <button
          type="button"
          className={classes.fold}
          aria-expanded={unfolded}
          aria-label={`Spaces within ${space.name}`}
          onClick={onFold}
        >
          <Icon name={unfolded ? 'chevronDown' : 'chevronRight'} size={16} />
        </button>
      )}
      <Link
        to="/projects/$projectId/spaces/$spaceId"
        params={{ projectId, spaceId: space.id }}
        className={classes.link}
      >
        <Icon name="folder" color="light-dark(var(--mantine-color-chartres-6), var(--mantine-color-chartres-4))" />
        <span className={classes.name}>{space.name}</span>
        {space.access === 'restricted' && (
          <Text span size="xs" c="dimmed" className={classes.restricted}>
            <Icon name="lock" size={14} /> <span>Restricted</span>
          </Text>
        )}
        {space.appCount > 0 && (
          <Text span size="sm" c="dimmed" className={classes.count}>
            {space.appCount === 1 ? '1 app' : `${space.appCount} apps`}
          </Text>
        )}
      </Link>
    </div>
  )
}
