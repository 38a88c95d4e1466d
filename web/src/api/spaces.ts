import { queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import type { Space } from './types'

export const spacesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['spaces', projectId],
    queryFn: () =>
      data(
        client.GET('/api/v1/projects/{project_id}/spaces', { params: { path: { project_id: projectId } } }),
      ),
  })

export const createSpace = (projectId: string, name: string, parentId: string | null) =>
  data(
    client.POST('/api/v1/projects/{project_id}/spaces', {
      params: { path: { project_id: projectId } },
      body: { name, description: '', parentId, access: 'inherited' },
    }),
  )

export interface SpaceNode extends Space {
  depth: number
  children: SpaceNode[]
}

/** The flat list as a tree, siblings by name. A space whose parent may not be seen stands at the top. */
export function spaceTree(spaces: readonly Space[]): SpaceNode[] {
  const known = new Set(spaces.map((space) => space.id))
  const under = Map.groupBy(spaces, (space) =>
    space.parentId && known.has(space.parentId) ? space.parentId : null,
  )
  const grow = (parentId: string | null, depth: number): SpaceNode[] =>
    (under.get(parentId) ?? [])
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .map((space) => ({ ...space, depth, children: grow(space.id, depth + 1) }))
  return grow(null, 0)
}

/** The tree in reading order. */
export function flatten(nodes: readonly SpaceNode[]): SpaceNode[] {
  return nodes.flatMap((node) => [node, ...flatten(node.children)])
}

/** A space's ancestors from the top down to itself. */
export function pathTo(spaces: readonly Space[], spaceId: string | null): Space[] {
  const path: Space[] = []
  let next = spaceId
  while (next !== null && path.length < 50) {
    const space = spaces.find((candidate) => candidate.id === next)
    if (!space) break
    path.unshift(space)
    next = space.parentId
  }
  return path
}

export const spaceQuery = (spaceId: string) =>
  queryOptions({
    queryKey: ['space', spaceId],
    queryFn: () => data(client.GET('/api/v1/spaces/{space_id}', { params: { path: { space_id: spaceId } } })),
  })
