import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import type { components, operations } from './schema'

type Schemas = components['schemas']
export type Entry = Schemas['Entry']
export type Verification = Schemas['Verification']
type Search = NonNullable<operations['search_audit']['parameters']['query']>

/** What is looked for. `actor` and `subject` are ids. */
export interface Wanted {
  since?: string
  until?: string
  actor?: string
  noun?: string
  project?: string
  subject?: string
  q?: string
}

const query = ({ noun, ...rest }: Wanted): Search => ({ ...rest, ...(noun ? { noun: [noun] } : {}) })

export const auditQuery = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['audit', wanted],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      data(client.GET('/api/v1/audit', { params: { query: { ...query(wanted), cursor: pageParam } } })),
    getNextPageParam: (page) => page.cursor,
    staleTime: 0,
  })

export const auditStatusQuery = queryOptions({
  queryKey: ['audit-status'],
  queryFn: () => data(client.GET('/api/v1/audit/status')),
  staleTime: 0,
})

export const verifyAudit = (): Promise<Verification> => data(client.POST('/api/v1/audit/verify'))

/** The address of a file with the entries that were looked for. */
export function exportAddress(wanted: Wanted, format: 'csv' | 'jsonl'): string {
  const pairs = Object.entries({ ...wanted, format }).filter((pair): pair is [string, string] => !!pair[1])
  return `/api/v1/audit/export?${new URLSearchParams(pairs)}`
}
