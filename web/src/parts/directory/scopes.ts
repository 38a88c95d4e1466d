import type { Level, ScopeOut } from '@/api/directory'

export interface ScopeGroup {
  subject: string
  scopes: ScopeOut[]
}

/** "DataAppDependency" → "Data app dependency". */
export function subjectName(subject: string): string {
  const words = subject.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

interface Bounds {
  /** What kind of role they are for: some only count in the whole organisation. */
  level?: Level
  /** Where no more can be given than these: a token, say, never does more than its owner. */
  among?: readonly string[]
}

/** The scopes that can be given here, and those that already are: they must be there to be taken away. */
export const offeredScopes = (scopes: readonly ScopeOut[], chosen: readonly string[], { level, among }: Bounds): ScopeOut[] =>
  scopes.filter(
    ({ name, organizationOnly }) =>
      chosen.includes(name) || ((!among || among.includes(name)) && !(level === 'project' && organizationOnly)),
  )

/** The scopes that have all the words typed in name, subject or meaning; by subject. */
export function scopeGroups(scopes: readonly ScopeOut[], words = ''): ScopeGroup[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<string, ScopeOut[]>()
  for (const scope of scopes) {
    const text = `${scope.name} ${subjectName(scope.subject)} ${scope.meaning}`.toLowerCase()
    if (!wanted.every((word) => text.includes(word))) continue
    groups.set(scope.subject, [...(groups.get(scope.subject) ?? []), scope])
  }
  return [...groups].map(([subject, of]) => ({ subject, scopes: of }))
}

/** For each chosen scope that is of no use yet: of each list, one is needed besides. The server reckons the same
 * (`missing` of a role); here it is said before saving. */
export function lacking(scopes: readonly ScopeOut[], chosen: readonly string[]): Map<string, string[][]> {
  const held = new Set(chosen)
  const found = new Map<string, string[][]>()
  for (const { name, needs } of scopes) {
    if (!held.has(name)) continue
    const lists = needs.filter((list) => !list.some((each) => held.has(each)))
    if (lists.length > 0) found.set(name, lists)
  }
  return found
}

/** What was chosen and what it takes to be of use: of each list that lacks, the first that may be given here. */
export function completed(scopes: readonly ScopeOut[], chosen: readonly string[]): string[] {
  const known = new Set(scopes.map((scope) => scope.name))
  let all = [...chosen]
  for (;;) {
    const more = [...lacking(scopes, all).values()].flat().map((list) => list.find((each) => known.has(each)))
    const next = [...new Set([...all, ...more.filter((each) => each !== undefined)])]
    if (next.length === all.length) return all
    all = next
  }
}
