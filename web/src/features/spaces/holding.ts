import type { Content, Holdings } from '@/api/spaces'

const WORDS = [
  ['spaces', 'space'],
  ['dashboards', 'dashboard'],
  ['charts', 'chart'],
  ['apps', 'app'],
] as const

/** What lies in a space, each kind with its number: `['2 spaces', '1 chart']`. Empty for a space that holds nothing. */
export function counted(held: Holdings): string[] {
  return WORDS.filter(([key]) => held[key] > 0).map(([key, word]) => `${held[key]} ${word}${held[key] === 1 ? '' : 's'}`)
}

export interface Choice {
  content: Content
  label: string
  description: string
}

/** What can become of a space's content when it is deleted; nothing to choose for an empty one. */
export function choices(held: Holdings, parentName: string | null): Choice[] {
  if (counted(held).length === 0) return []
  const found: Choice[] = []
  if (held.canMoveUp) {
    found.push({
      content: 'move',
      label: parentName ? `Move it to “${parentName}”` : 'Move it to the space above',
      description: 'Whoever is in there can open it from then on. Spaces within move with all that lies in them.',
    })
  } else if (held.spaces > 0) {
    found.push({
      content: 'move',
      label: 'Keep the spaces within, at the top',
      description: 'What is filed in this space itself must be moved elsewhere first: there is no space above to take it.',
    })
  }
  found.push({
    content: 'delete',
    label: 'Delete it too, for everyone',
    description: 'All of it, also what others made and what you can’t see. This can’t be undone.',
  })
  return found
}
