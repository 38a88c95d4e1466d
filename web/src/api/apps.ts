import { queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import type { App, Version } from './types'

export interface AppsFilter {
  space?: string
  mine?: boolean
}

export const appsQuery = (projectId: string, filter: AppsFilter = {}) =>
  queryOptions({
    queryKey: ['apps', projectId, filter],
    queryFn: () =>
      data(
        client.GET('/api/v1/projects/{project_id}/apps', {
          params: { path: { project_id: projectId }, query: filter },
        }),
      ),
  })

export const appQuery = (appId: string) =>
  queryOptions({
    queryKey: ['app', appId],
    queryFn: () => data(client.GET('/api/v1/apps/{app_id}', { params: { path: { app_id: appId } } })),
  })

export const versionsQuery = (appId: string) =>
  queryOptions({
    queryKey: ['versions', appId],
    queryFn: async () => {
      const versions = await data(
        client.GET('/api/v1/apps/{app_id}/versions', { params: { path: { app_id: appId } } }),
      )
      return versions.toSorted((a, b) => a.number - b.number)
    },
  })

export const sourceQuery = (appId: string, number: number) =>
  queryOptions({
    queryKey: ['source', appId, number],
    queryFn: () =>
      data(
        client.GET('/api/v1/apps/{app_id}/versions/{number}/source', {
          params: { path: { app_id: appId, number } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const createApp = (projectId: string, prompt: string, spaceId?: string) =>
  data(
    client.POST('/api/v1/projects/{project_id}/apps', {
      params: { path: { project_id: projectId } },
      body: { prompt, template: 'dashboard', ...(spaceId ? { spaceId } : {}) },
    }),
  )

export const createVersion = (appId: string, prompt: string) =>
  data(
    client.POST('/api/v1/apps/{app_id}/versions', { params: { path: { app_id: appId } }, body: { prompt } }),
  )

export const cancelVersion = (appId: string, number: number) =>
  data(
    client.POST('/api/v1/apps/{app_id}/versions/{number}/cancel', {
      params: { path: { app_id: appId, number } },
    }),
  )

export const restoreVersion = (appId: string, number: number) =>
  data(
    client.POST('/api/v1/apps/{app_id}/versions/{number}/restore', {
      params: { path: { app_id: appId, number } },
    }),
  )

export const renameApp = (appId: string, name: string) =>
  data(client.PATCH('/api/v1/apps/{app_id}', { params: { path: { app_id: appId } }, body: { name } }))

export const moveApp = (appId: string, spaceId: string | null) =>
  data(client.POST('/api/v1/apps/{app_id}/move', { params: { path: { app_id: appId } }, body: { spaceId } }))

export const deleteApp = (appId: string) =>
  data(client.DELETE('/api/v1/apps/{app_id}', { params: { path: { app_id: appId } } }))

const ENDED: ReadonlySet<string> = new Set(['ready', 'error', 'cancelled'])

/** Whether a version (or an app's newest version) is still being built. */
export function underWay(thing: Pick<App | Version, 'status'>): boolean {
  return !ENDED.has(thing.status)
}

/** Opens an app (a version of it) for this viewer. */
export const openSession = (appId: string, version?: number) =>
  data(
    client.POST('/api/v1/apps/{app_id}/sessions', {
      params: { path: { app_id: appId } },
      body: version === undefined ? {} : { version },
    }),
  )
