import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

/** A decision and what it rests on. */
export type Why = Schemas['Why']
export type Somebody = Schemas['Somebody']
export type MayOpen = Schemas['MayOpen']
export type ItemKind = Why['kind']
export type Verb = Why['verb']

/** What is asked about. */
export interface Item {
  kind: ItemKind
  id: string
}

const PAGE = 20

/** Why I, or (for those who manage the thing) somebody else, can or can't open or manage it. Never from a cache: what
 * others may do changes without this page. */
export const whyQuery = ({ kind, id }: Item, verb: Verb, personId?: string) =>
  queryOptions({
    queryKey: ['why', kind, id, verb, personId ?? 'me'],
    queryFn: () =>
      data(client.GET('/api/v1/access/why', { params: { query: { kind, id, verb, ...(personId ? { personId } : {}) } } })),
    staleTime: 0,
  })

/** Everyone with a role in the thing's project, and whether they can open it, page after page. */
export const peopleQuery = ({ kind, id }: Item, q: string) =>
  infiniteQueryOptions({
    queryKey: ['who-can-open', kind, id, q],
    queryFn: ({ pageParam }) =>
      data(client.GET('/api/v1/access/people', { params: { query: { kind, id, q, limit: PAGE, offset: pageParam } } })),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, page) => sum + page.items.length, 0)
      return last.items.length > 0 && seen < last.total ? seen : undefined
    },
    staleTime: 0,
  })

/** Administrators whom to ask about something that can't be opened. */
export const helpersQuery = queryOptions({
  queryKey: ['helpers'],
  queryFn: () => data(client.GET('/api/v1/access/helpers')),
  staleTime: 300_000,
})
