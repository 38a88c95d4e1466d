import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type UsageGroup = Schemas['UsageGroup']
export type UsageEntry = Schemas['UsageEntry']
export type Budget = Schemas['Budget']
export type MyBudget = Schemas['MyBudget']
export type NewBudget = Schemas['NewBudget']

export const BY = ['day', 'person', 'project', 'app', 'version', 'model', 'stage'] as const
export type By = (typeof BY)[number]
export const isBy = (value: unknown): value is By => BY.some((by) => by === value)

/** Which lines of the ledger: days (UTC, both included) and what they were spent on. */
export interface Asked {
  since: string
  until: string
  person?: string
  project?: string
  app?: string
  model?: string
}

export const usageQuery = (asked: Asked, by: By) =>
  queryOptions({
    queryKey: ['usage', asked, by],
    queryFn: () => data(client.GET('/api/v1/usage', { params: { query: { ...asked, by } } })),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })

export const linesQuery = (asked: Asked) =>
  infiniteQueryOptions({
    queryKey: ['usage-lines', asked],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      data(client.GET('/api/v1/usage/entries', { params: { query: { ...asked, before: pageParam, limit: 50 } } })),
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  })

/** The address of a file with what was asked. */
export const csvAddress = (path: 'usage.csv' | 'usage/entries.csv', asked: Asked, by?: By): string => {
  const search = new URLSearchParams(Object.entries({ ...asked, by }).filter((pair): pair is [string, string] => !!pair[1]))
  return `/api/v1/${path}?${search}`
}

export const correctLine = (entryId: string, cost: number, note: string) =>
  data(client.POST('/api/v1/usage/corrections', { body: { entryId, cost, note } }))

export const budgetsQuery = queryOptions({
  queryKey: ['budgets'],
  queryFn: () => data(client.GET('/api/v1/budgets')),
  staleTime: 0,
})

export const addBudget = (wanted: NewBudget) => data(client.POST('/api/v1/budgets', { body: wanted }))

export const changeBudget = (id: string, change: Schemas['BudgetChange']) =>
  data(client.PATCH('/api/v1/budgets/{budget_id}', { params: { path: { budget_id: id } }, body: change }))

export const removeBudget = (id: string) =>
  data(client.DELETE('/api/v1/budgets/{budget_id}', { params: { path: { budget_id: id } } }))

/** What a build of mine in a project spends from. */
export const myBudgetQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['my-budget', projectId],
    queryFn: () =>
      data(client.GET('/api/v1/projects/{project_id}/budget', { params: { path: { project_id: projectId } } })),
    staleTime: 10_000,
  })
