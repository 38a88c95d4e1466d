import type { App } from '@/api/types'

/** Apps whose name, description, space or author has every word of the search, newest first. */
export function matching(apps: readonly App[], search: string): App[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return apps
    .filter((app) => {
      const text = [app.name, app.description, app.spaceName ?? '', app.createdBy.name].join(' ').toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))
}
