import { Menu, Modal, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { askAnew } from '@/api/anew'
import { chartRowsQuery } from '@/api/charts'
import {
  type ChartTile,
  type Dashboard,
  exportTile,
  type FilterChoice,
  type TileChart,
  tileQuery,
} from '@/api/dashboards'
import { may } from '@/api/session'
import { Age } from '@/parts/AnswerAge'
import { Answered } from '@/parts/charts/Answered'
import { shown } from '@/parts/charts/answer'
import { DataTable } from '@/parts/charts/DataTable'
import { Icon } from '@/parts/icons'
import { useProject } from '@/parts/me'
import { ProblemCard } from '@/parts/ProblemCard'
import { useExport } from '@/parts/useExport'
import { TileMenu } from './TileMenu'

interface ChartTileBodyProps {
  dashboard: Dashboard
  tile: ChartTile
  chart: TileChart
  filters: FilterChoice[]
  children: (body: ReactNode, menu: ReactNode) => ReactNode
}

/** A chart on a dashboard, with the dashboard's filters over it. */
export function ChartTileBody({ dashboard, tile, chart, filters, children }: ChartTileBodyProps) {
  const queryClient = useQueryClient()
  const query = useQuery(tileQuery(dashboard.id, dashboard.version, tile.id, filters))
  const project = useProject(dashboard.projectId)
  const name = tile.title || chart.name
  const csv = useExport(name, () => exportTile(dashboard.id, tile.id, filters))
  const [looking, look] = useDisclosure(false)
  const missed = (query.data?.notFilteredBy ?? []).map(
    (id) => dashboard.content.filters?.find((filter) => filter.id === id)?.label || id,
  )
  const menu = (
    <>
      {missed.length > 0 && (
        <Tooltip label={`Not filtered by ${missed.join(', ')}: its data does not have it.`} multiline maw={260}>
          <span tabIndex={0} role="img" aria-label={`Not filtered by ${missed.join(', ')}`} style={{ display: 'flex' }}>
            <Icon name="filter" size={15} color="light-dark(var(--mantine-color-amber-7), var(--mantine-color-amber-4))" />
          </span>
        </Tooltip>
      )}
      {query.data && <Age asOf={query.data.asOf} short asking={query.isFetching} />}
      <TileMenu
        name={name}
        onRefresh={() => void askAnew(queryClient, tileQuery(dashboard.id, dashboard.version, tile.id, filters, true))}
      >
        <Menu.Item leftSection={<Icon name="table" size={16} />} disabled={!query.data} onClick={look.open}>
          Show data
        </Menu.Item>
        {may(project, 'manage:ExportCsv') && (
          <Menu.Item leftSection={<Icon name="download" size={16} />} onClick={() => csv.mutate()}>
            Download CSV
          </Menu.Item>
        )}
      </TileMenu>
      <Modal opened={looking} onClose={look.close} title={name} size="xl">
        {query.data && (
          <div style={{ height: '60vh' }}>
            <DataTable answer={shown(query.data, chart.config)} config={chart.config} />
          </div>
        )}
      </Modal>
    </>
  )
  return children(
    csv.isError ? <ProblemCard error={csv.error} /> : <Answered query={query} config={chart.config} name={name} />,
    menu,
  )
}

/** A chart by itself, while it is put in its place. */
export function StillChart({ chart }: { chart: TileChart }) {
  const query = useQuery(chartRowsQuery(chart.id, 0, true))
  return <Answered query={query} config={chart.config} name={chart.name} />
}
