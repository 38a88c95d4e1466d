import { queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import type { components } from './schema'
import type { PartOfDataApps } from './types'

export type PartName = components['schemas']['PartsToTest']['names'][number]

/** What data apps need, as far as it is known without trying anything. */
export const dataAppsQuery = queryOptions({
  queryKey: ['data-apps-status'],
  queryFn: () => data(client.GET('/api/v1/data-apps/status')),
  staleTime: 0,
})

/** Tries these parts for real. */
export const testParts = (names: PartName[]): Promise<PartOfDataApps[]> =>
  data(client.POST('/api/v1/data-apps/checks', { body: { names } }))

/** The rows that are known, those that were tested now in their place. */
export const withResults = (known: PartOfDataApps[], tested: PartOfDataApps[]): PartOfDataApps[] =>
  known.map((part) => tested.find((result) => result.name === part.name) ?? part)

export const licenceQuery = queryOptions({
  queryKey: ['licence'],
  queryFn: () => data(client.GET('/api/v1/organization/licence')),
  staleTime: 0,
})
