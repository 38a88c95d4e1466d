import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import { type Download, download } from './download'
import type { components } from './schema'

type Schemas = components['schemas']

export type Dashboard = Schemas['DashboardOut']
export type DashboardContent = Schemas['DashboardContent']
export type Tab = Schemas['Tab']
export type Tile = NonNullable<DashboardContent['tiles']>[number]
export type ChartTile = Schemas['ChartTile']
export type TileChart = Schemas['TileChart']
export type TileApp = Schemas['TileApp']
export type DashboardFilter = Schemas['DashboardFilter']
export type FilterChoice = Schemas['FilterChoice']
export type TileAnswer = Schemas['TileAnswer']

export const dashboardQuery = (dashboardId: string) =>
  queryOptions({
    queryKey: ['dashboard', dashboardId],
    queryFn: () =>
      data(
        client.GET('/api/v1/dashboards/{dashboard_id}', { params: { path: { dashboard_id: dashboardId } } }),
      ),
  })

/** A tile's rows as this viewer may see them, with the dashboard's filters as they set them. `refresh`: for `askAnew`. */
export const tileQuery = (
  dashboardId: string,
  version: number,
  tileId: string,
  filters: FilterChoice[],
  refresh = false,
) =>
  queryOptions({
    queryKey: ['tile', dashboardId, version, tileId, filters],
    queryFn: ({ signal }) =>
      data(
        client.POST('/api/v1/dashboards/{dashboard_id}/tiles/{tile_id}/results', {
          params: { path: { dashboard_id: dashboardId, tile_id: tileId } },
          body: { filters, refresh },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

/** Values to choose from for a filter: those that this viewer may see in its field. */
export const filterValuesQuery = (dashboardId: string, filterId: string, q: string) =>
  queryOptions({
    queryKey: ['filter-values', dashboardId, filterId, q],
    queryFn: ({ signal }) =>
      data(
        client.POST('/api/v1/dashboards/{dashboard_id}/filters/{filter_id}/values', {
          params: { path: { dashboard_id: dashboardId, filter_id: filterId } },
          body: { q },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

export const createDashboard = (projectId: string, dashboard: Schemas['NewDashboard']) =>
  data(
    client.POST('/api/v1/projects/{project_id}/dashboards', {
      params: { path: { project_id: projectId } },
      body: dashboard,
    }),
  )

export const changeDashboard = (dashboardId: string, change: Schemas['DashboardChange']) =>
  data(
    client.PATCH('/api/v1/dashboards/{dashboard_id}', {
      params: { path: { dashboard_id: dashboardId } },
      body: change,
    }),
  )

/** A tile's rows, filtered as they are shown, as a file. */
export const exportTile = (dashboardId: string, tileId: string, filters: FilterChoice[]): Promise<Download> =>
  download(`/api/v1/dashboards/${dashboardId}/tiles/${tileId}/export?allRows=true`, { filters })
