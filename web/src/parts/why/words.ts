import type { ItemKind, MayOpen, Why } from '@/api/access'

const OPEN: Record<ItemKind, string> = {
  app: 'open this app',
  chart: 'open this chart',
  dashboard: 'open this dashboard',
  space: 'see this space',
  project: 'open this project',
}

// What the scope `manage:…` lets one do with each of them.
const MANAGE: Record<ItemKind, string> = {
  app: 'edit, move or delete this app',
  chart: 'edit, move or delete this chart',
  dashboard: 'edit, move or delete this dashboard',
  space: 'rename, move, share or delete this space',
  project: 'manage this project',
}

/** The decision in a few words: `You can’t edit, move or delete this chart`. */
export function verdict({ kind, verb, allowed, person }: Why, mine: boolean): string {
  const what = (verb === 'view' ? OPEN : MANAGE)[kind]
  return `${mine ? 'You' : person.name} ${allowed ? 'can' : 'can’t'} ${what}`
}

/** What somebody may do with a thing, for the mark beside their name. */
export function standing({ canOpen, canManage }: MayOpen): 'Can manage' | 'Can open' | 'Can’t open' {
  if (canManage) return 'Can manage'
  return canOpen ? 'Can open' : 'Can’t open'
}
