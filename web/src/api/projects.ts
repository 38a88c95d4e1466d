import { queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import type { components } from './schema'

export type NewProject = components['schemas']['NewProject']
export type NewConnection = components['schemas']['NewConnection']
export type Connection = components['schemas']['ConnectionOut']
export type CatalogState = components['schemas']['CatalogState']
export type CatalogChange = components['schemas']['CatalogChange']

/** What could be connected, as found on the server's machine. */
export const sourcesQuery = queryOptions({
  queryKey: ['project-sources'],
  queryFn: () => data(client.GET('/api/v1/organization/project-sources')),
  staleTime: 0,
})

const path = (projectId: string) => ({ params: { path: { project_id: projectId } } })

/** How a project is connected; asking tries it. */
export const connectionQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['connection', projectId],
    queryFn: () => data(client.GET('/api/v1/projects/{project_id}/connection', path(projectId))),
    staleTime: 60_000,
    retry: false,
  })

/** How a project's catalog stands: where it is read from, what changed, what is wrong. */
export const catalogStateQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['catalog-state', projectId],
    queryFn: () => data(client.GET('/api/v1/projects/{project_id}/catalog/state', path(projectId))),
    staleTime: 10_000,
    retry: false,
  })

export const createProject = (body: NewProject) => data(client.POST('/api/v1/projects', { body }))

export const renameProject = (projectId: string, name: string) =>
  data(client.PATCH('/api/v1/projects/{project_id}', { ...path(projectId), body: { name } }))

export const connectProject = (projectId: string, body: NewConnection) =>
  data(client.PUT('/api/v1/projects/{project_id}/connection', { ...path(projectId), body }))
