import type { PeopleWanted } from '@/api/directory'
import { isSystemRole, pageNumber } from '@/parts/directory/words'

export const STATUS: Record<NonNullable<PeopleWanted['status']>, string> = {
  active: 'Active',
  invited: 'Invited',
  off: 'Off',
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

/** The filters of the list as they stand in an address; what is not one of them is left out. */
export function peopleWanted(search: Record<string, unknown>): PeopleWanted {
  const { q, role, group, status, page } = search
  return {
    q: text(q),
    role: role === 'member' || isSystemRole(role) ? role : undefined,
    group: text(group),
    status: typeof status === 'string' && Object.hasOwn(STATUS, status) ? (status as PeopleWanted['status']) : undefined,
    page: pageNumber(page),
  }
}
