import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { changeChart } from './charts'
import { client, data } from './client'
import { changeDashboard } from './dashboards'
import type { components } from './schema'

type Schemas = components['schemas']

export type ContentItem = Schemas['ContentItem']
export type ContentKind = ContentItem['kind']
/** What charts and dashboards have alike. */
export type Saved = Schemas['SavedOut']
export type Save = Schemas['SaveOut']
export type SavedKind = 'chart' | 'dashboard'

export interface ContentFilter {
  kind?: ContentKind
  q?: string
  /** Only what is filed in this space itself. */
  space?: string
}

const PAGE = 50

/** What this person may open, the newest change first, page after page. */
export const contentQuery = (projectId: string, { kind, q, space }: ContentFilter = {}) =>
  infiniteQueryOptions({
    queryKey: ['content', projectId, { kind, q, space }],
    queryFn: ({ pageParam }) => {
      const query = { ...(kind ? { kind } : {}), ...(q ? { q } : {}), limit: PAGE, offset: pageParam }
      return data(
        space
          ? client.GET('/api/v1/spaces/{space_id}/content', { params: { path: { space_id: space }, query } })
          : client.GET('/api/v1/projects/{project_id}/content', {
              params: { path: { project_id: projectId }, query },
            }),
      )
    },
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, page) => sum + page.items.length, 0)
      return last.items.length > 0 && seen < last.total ? seen : undefined
    },
  })

/** What can be done with a chart as with a dashboard. */
export interface Operations {
  rename: (id: string, basedOn: number, words: { name: string; description: string }) => Promise<Saved>
  move: (id: string, spaceId: string) => Promise<Saved>
  remove: (id: string) => Promise<unknown>
  history: (id: string) => Promise<Schemas['History']>
  restore: (id: string, number: number) => Promise<Saved>
}

const chart = (id: string) => ({ params: { path: { chart_id: id } } })
const dashboard = (id: string) => ({ params: { path: { dashboard_id: id } } })
const SAVES = { limit: 200 }

export const operations: Record<SavedKind, Operations> = {
  chart: {
    rename: (id, basedOn, words) => changeChart(id, { basedOn, ...words }),
    move: (id, spaceId) => data(client.POST('/api/v1/charts/{chart_id}/move', { ...chart(id), body: { spaceId } })),
    remove: (id) => data(client.DELETE('/api/v1/charts/{chart_id}', chart(id))),
    history: (id) =>
      data(client.GET('/api/v1/charts/{chart_id}/versions', { params: { path: { chart_id: id }, query: SAVES } })),
    restore: (id, number) =>
      data(
        client.POST('/api/v1/charts/{chart_id}/versions/{number}/restore', {
          params: { path: { chart_id: id, number } },
        }),
      ),
  },
  dashboard: {
    rename: (id, basedOn, words) => changeDashboard(id, { basedOn, ...words }),
    move: (id, spaceId) =>
      data(client.POST('/api/v1/dashboards/{dashboard_id}/move', { ...dashboard(id), body: { spaceId } })),
    remove: (id) => data(client.DELETE('/api/v1/dashboards/{dashboard_id}', dashboard(id))),
    history: (id) =>
      data(
        client.GET('/api/v1/dashboards/{dashboard_id}/versions', {
          params: { path: { dashboard_id: id }, query: SAVES },
        }),
      ),
    restore: (id, number) =>
      data(
        client.POST('/api/v1/dashboards/{dashboard_id}/versions/{number}/restore', {
          params: { path: { dashboard_id: id, number } },
        }),
      ),
  },
}

export const historyQuery = (kind: SavedKind, id: string) =>
  queryOptions({ queryKey: ['history', kind, id], queryFn: () => operations[kind].history(id) })
