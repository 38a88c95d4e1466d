import type { GroupListed, Level, PersonListed, Roles, RolesChange, SystemRole } from '@/api/directory'

/** The system roles, from the least to the most. */
export const SYSTEM_ROLES: { value: SystemRole; label: string }[] = [
  { value: 'viewer', label: 'Viewer' },
  { value: 'interactive_viewer', label: 'Interactive viewer' },
  { value: 'editor', label: 'Editor' },
  { value: 'developer', label: 'Developer' },
  { value: 'admin', label: 'Administrator' },
]

export const roleName = (role: string): string => SYSTEM_ROLES.find(({ value }) => value === role)?.label ?? role

/** Where a role comes from, as the server says it, with the system's roles by the name that these pages give them. */
export const originWords = (origin: string): string =>
  origin.replace(/\bthe role (\w+)/, (words, role: string) => (isSystemRole(role) ? `the role ${roleName(role)}` : words))

export const isSystemRole = (value: unknown): value is SystemRole => SYSTEM_ROLES.some((role) => role.value === value)

export const LEVEL_NAMES: Record<Level, string> = { organization: 'Organisation', project: 'Project' }

/** "Editor, Auditors", or what it is called to hold nothing by name. */
export function heldRoles({ role, customRoles }: Pick<PersonListed | GroupListed, 'role' | 'customRoles'>, none: string): string {
  return [...(role ? [roleName(role)] : []), ...customRoles].join(', ') || none
}

export const asChange = ({ role, custom }: Roles): RolesChange => ({ role, customRoleIds: custom.map(({ id }) => id) })

/** Whether two sets of roles are the same, in whatever order. */
export const sameRoles = (a: RolesChange, b: RolesChange): boolean =>
  (a.role ?? null) === (b.role ?? null) &&
  [...(a.customRoleIds ?? [])].sort().join() === [...(b.customRoleIds ?? [])].sort().join()

/** "1 person", "3 people". */
export const people = (count: number): string => `${count} ${count === 1 ? 'person' : 'people'}`
export const groups = (count: number): string => `${count} ${count === 1 ? 'group' : 'groups'}`

/** The addresses in what was typed or pasted, each once: by line, comma, semicolon or space; "Name <address>" too. */
export function addresses(text: string): string[] {
  const found = text
    .split(/[\n,;]+/)
    .flatMap((piece) => /<([^>]+)>/.exec(piece)?.[1] ?? piece.split(/\s+/))
    .map((each) => each.trim())
    .filter(Boolean)
  return [...new Map(found.map((each) => [each.toLowerCase(), each])).values()]
}

/** A page's number in an address; the first one needs none. */
export const pageNumber = (value: unknown): number | undefined =>
  Number.isInteger(value) && Number(value) > 1 && Number(value) <= 20_000 ? Number(value) : undefined
