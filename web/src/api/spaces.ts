import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import type { components } from './schema'
import type { Space } from './types'

type Schemas = components['schemas']

/** A person or a group that a space can be shared with. */
export type Party = Schemas['PartyOut']
export type Share = Schemas['ShareOut']
export type SpaceAccess = Schemas['SpaceAccess']
export type SpaceRole = Space['role']
export type Holdings = Schemas['Holdings']
/** What becomes of a deleted space's content: it goes to the space above, or is deleted too. */
export type Content = 'refuse' | 'move' | 'delete'

export const ROLES: Record<SpaceRole, string> = { view: 'Can view', edit: 'Can edit', full: 'Full access' }

export const spacesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['spaces', projectId],
    queryFn: () =>
      data(
        client.GET('/api/v1/projects/{project_id}/spaces', { params: { path: { project_id: projectId } } }),
      ),
  })

export const createSpace = (projectId: string, body: Schemas['NewSpace']) =>
  data(client.POST('/api/v1/projects/{project_id}/spaces', { params: { path: { project_id: projectId } }, body }))

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

/** The tree in reading order, without what lies in spaces that are not open. */
export function unfolded(nodes: readonly SpaceNode[], isOpen: (id: string) => boolean): SpaceNode[] {
  return nodes.flatMap((node) => [node, ...(isOpen(node.id) ? unfolded(node.children, isOpen) : [])])
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

/** A space and all that lies in it: where it can't be put. */
export function within(spaces: readonly Space[], spaceId: string): Set<string> {
  const found = new Set([spaceId])
  for (const id of found) {
    for (const space of spaces) if (space.parentId === id) found.add(space.id)
  }
  return found
}

/** More than fit on a page: to be searched, and folded to the top ones at first. */
export const MANY_SPACES = 25

/** The spaces whose name has these words, each with all that it lies in, so that the tree still says where. */
export function matching(spaces: readonly Space[], words: string): Space[] {
  const wanted = words.trim().toLowerCase()
  if (wanted === '') return [...spaces]
  const kept = new Set(
    spaces
      .filter((space) => space.name.toLowerCase().includes(wanted))
      .flatMap((space) => pathTo(spaces, space.id).map(({ id }) => id)),
  )
  return spaces.filter((space) => kept.has(space.id))
}

const at = (spaceId: string) => ({ params: { path: { space_id: spaceId } } })

export const changeSpace = (spaceId: string, body: Schemas['SpaceChange']) =>
  data(client.PATCH('/api/v1/spaces/{space_id}', { ...at(spaceId), body }))

/** Puts a space into another one, or (null) at the top. */
export const moveSpace = (spaceId: string, parentId: string | null) =>
  data(client.POST('/api/v1/spaces/{space_id}/move', { ...at(spaceId), body: { parentId } }))

export const holdingsQuery = (spaceId: string) =>
  queryOptions({
    queryKey: ['holdings', spaceId],
    queryFn: () => data(client.GET('/api/v1/spaces/{space_id}/holdings', at(spaceId))),
    // What it held at an earlier look is not what one decides about.
    gcTime: 0,
  })

export const deleteSpace = (spaceId: string, content: Content) =>
  data(
    client.DELETE('/api/v1/spaces/{space_id}', { params: { path: { space_id: spaceId }, query: { content } } }),
  )

const SHARES = 50

/** Who is let into a space by name, people before groups, page after page. */
export const sharesQuery = (spaceId: string, q: string) =>
  infiniteQueryOptions({
    queryKey: ['shares', spaceId, q],
    queryFn: ({ pageParam }) =>
      data(
        client.GET('/api/v1/spaces/{space_id}/access', {
          params: { path: { space_id: spaceId }, query: { q, limit: SHARES, offset: pageParam } },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, page) => sum + page.shares.length, 0)
      return last.shares.length > 0 && seen < last.total ? seen : undefined
    },
    staleTime: 0,
  })

export const candidatesQuery = (spaceId: string, q: string) =>
  queryOptions({
    queryKey: ['share-candidates', spaceId, q],
    queryFn: () =>
      data(
        client.GET('/api/v1/spaces/{space_id}/access/candidates', {
          params: { path: { space_id: spaceId }, query: { q, limit: 20 } },
        }),
      ),
  })

/** Lets a person or a group in, or changes what they may do. */
export const share = (spaceId: string, { kind, id }: Pick<Party, 'kind' | 'id'>, role: SpaceRole) =>
  data(
    kind === 'person'
      ? client.PUT('/api/v1/spaces/{space_id}/access/people/{person_id}', {
          params: { path: { space_id: spaceId, person_id: id } },
          body: { role },
        })
      : client.PUT('/api/v1/spaces/{space_id}/access/groups/{group_id}', {
          params: { path: { space_id: spaceId, group_id: id } },
          body: { role },
        }),
  )

/** Ends what was given in this space itself. */
export const unshare = (spaceId: string, { kind, id }: Pick<Party, 'kind' | 'id'>) =>
  data(
    kind === 'person'
      ? client.DELETE('/api/v1/spaces/{space_id}/access/people/{person_id}', {
          params: { path: { space_id: spaceId, person_id: id } },
        })
      : client.DELETE('/api/v1/spaces/{space_id}/access/groups/{group_id}', {
          params: { path: { space_id: spaceId, group_id: id } },
        }),
  )
