import { queryOptions } from '@tanstack/react-query'
import { client, data } from './client'

const READ = 2

/** The explores that this person may ask, by name. */
export const catalogQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['catalog', projectId],
    queryFn: () =>
      data(
        client.GET('/api/v1/projects/{project_id}/catalog', { params: { path: { project_id: projectId } } }),
      ),
    staleTime: 300_000,
  })

/** One explore with the fields that this person may ask for. */
export const exploreQuery = (projectId: string, name: string) =>
  queryOptions({
    queryKey: ['explore', projectId, name],
    queryFn: () =>
      data(
        client.GET('/api/v1/projects/{project_id}/explores/{explore_name}', {
          params: { path: { project_id: projectId, explore_name: name } },
        }),
      ),
    staleTime: 300_000,
  })

/** The explores of a project with the most to ask, with their fields. */
export const richestExploresQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['explores', projectId],
    queryFn: async () => {
      const all = await data(
        client.GET('/api/v1/projects/{project_id}/catalog', { params: { path: { project_id: projectId } } }),
      )
      const richest = all
        .filter((explore) => explore.metrics > 0)
        .toSorted((a, b) => b.metrics * 4 + b.dimensions - (a.metrics * 4 + a.dimensions))
        .slice(0, READ)
      return Promise.all(
        richest.map((explore) =>
          data(
            client.GET('/api/v1/projects/{project_id}/explores/{explore_name}', {
              params: { path: { project_id: projectId, explore_name: explore.name } },
            }),
          ),
        ),
      )
    },
    staleTime: 300_000,
    retry: false,
  })
