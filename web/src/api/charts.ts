import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import { type Download, download } from './download'
import type { components } from './schema'
import type { Explore, QueryAnswer } from './types'

type Schemas = components['schemas']

export type Chart = Schemas['ChartOut']
export type ChartConfig = Chart['config']
export type CartesianLook = Schemas['CartesianLook']
export type PieLook = Schemas['PieLook']
export type TableLook = Schemas['TableLook']
export type BigNumberLook = Schemas['BigNumberLook']
export type Query = Schemas['MetricQuery-Output']
export type FilterRule = Schemas['FilterRule']
export type FilterOperator = Schemas['FilterOperator']
export type Field = Explore['fields'][number]
export type Explanation = Schemas['ExplanationOut']
export type Definition = Schemas['DefinitionOut']
export type Value = string | number | boolean | null

export const chartQuery = (chartId: string) =>
  queryOptions({
    queryKey: ['chart', chartId],
    queryFn: () => data(client.GET('/api/v1/charts/{chart_id}', { params: { path: { chart_id: chartId } } })),
  })

/** A chart's rows as this viewer may see them; another save than the newest for those who may manage it. `refresh`: for
 * `askAnew`. */
export const chartRowsQuery = (chartId: string, version: number, newest: boolean, refresh = false) =>
  queryOptions({
    queryKey: ['chart-rows', chartId, version],
    queryFn: (): Promise<QueryAnswer> =>
      data(
        client.POST('/api/v1/charts/{chart_id}/results', {
          params: { path: { chart_id: chartId } },
          body: newest ? { refresh } : { version, refresh },
        }),
      ),
    staleTime: 60_000,
  })

export const chartVersionQuery = (chartId: string, number: number) =>
  queryOptions({
    queryKey: ['chart-version', chartId, number],
    queryFn: () =>
      data(
        client.GET('/api/v1/charts/{chart_id}/versions/{number}', {
          params: { path: { chart_id: chartId, number } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** The rows of a question that is still being written. `refresh`: for `askAnew`. */
export const answerQuery = (projectId: string, query: Query, refresh = false) =>
  queryOptions({
    queryKey: ['answer', projectId, query],
    queryFn: ({ signal }): Promise<QueryAnswer> =>
      data(
        client.POST('/api/v1/projects/{project_id}/query', {
          params: { path: { project_id: projectId }, query: { refresh } },
          body: query,
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })

/** Why a question's numbers are what they are, for those who may ask questions of their own. */
export const explanationQuery = (projectId: string, query: Query) =>
  queryOptions({
    queryKey: ['explanation', projectId, query],
    queryFn: ({ signal }) =>
      data(
        client.POST('/api/v1/projects/{project_id}/query/explain', {
          params: { path: { project_id: projectId } },
          body: query,
          signal,
        }),
      ),
    staleTime: 60_000,
  })

export const createChart = (projectId: string, chart: Schemas['NewChart']) =>
  data(
    client.POST('/api/v1/projects/{project_id}/charts', {
      params: { path: { project_id: projectId } },
      body: chart,
    }),
  )

export const changeChart = (chartId: string, change: Schemas['ChartChange']) =>
  data(client.PATCH('/api/v1/charts/{chart_id}', { params: { path: { chart_id: chartId } }, body: change }))

/** The chart's rows as a file. */
export const exportChart = (chartId: string, allRows: boolean): Promise<Download> =>
  download(`/api/v1/charts/${chartId}/export?allRows=${allRows}`, {})
