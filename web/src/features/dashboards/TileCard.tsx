import { Text, Title } from '@mantine/core'
import { lazy, type ReactNode, Suspense } from 'react'
import type { Dashboard, FilterChoice, Tile } from '@/api/dashboards'
import { TextLink } from '@/parts/links'
import { AppTileBody } from './AppTileBody'
import { ChartTileBody, StillChart } from './ChartTileBody'
import classes from './dashboards.module.css'

// The reader of Markdown comes with the first words that need it.
const Markdown = lazy(() => import('@/parts/Markdown').then(({ Markdown: component }) => ({ default: component })))

interface TileCardProps {
  dashboard: Dashboard
  tile: Tile
  /** Null: the dashboard is being arranged, and shows its charts as they are by themselves. */
  filters: FilterChoice[] | null
  /** Counts how often everything on the dashboard was asked anew. */
  refreshes?: number
  /** While the dashboard is arranged: what stands before the title, and after it. */
  before?: ReactNode
  after?: ReactNode
}

/** One tile, of whatever kind. What this person may not open says no more than that. */
export function TileCard({ dashboard, tile, filters, refreshes = 0, before, after }: TileCardProps) {
  const frame = (title: ReactNode, body: ReactNode, menu?: ReactNode) => (
    <article className={`card ${classes.tile}`} aria-label={nameOf(dashboard, tile)}>
      {(title || before || after || menu) && (
        <header className={classes.head}>
          {before}
          <div className={classes.name}>{title}</div>
          {menu}
          {after}
        </header>
      )}
      <div className={classes.body}>{body}</div>
    </article>
  )
  switch (tile.kind) {
    case 'heading':
      return (
        <div className={classes.heading}>
          {before}
          <Title order={2} style={{ flex: 1 }}>
            {tile.text}
          </Title>
          {after}
        </div>
      )
    case 'markdown':
      return frame(
        tile.title && <strong>{tile.title}</strong>,
        <Suspense>
          <div className={classes.words}>
            <Markdown>{tile.text}</Markdown>
          </div>
        </Suspense>,
      )
    case 'app': {
      const app = dashboard.apps.find(({ id }) => id === tile.appId)
      if (!app) return frame(null, <NotShared what="data app" />)
      if (filters === null) return frame(<strong>{tile.title || app.name}</strong>, <Still>A data app.</Still>)
      return (
        <AppTileBody app={app} refreshes={refreshes}>
          {(body, menu) =>
            frame(
              <TextLink to="/apps/$appId" params={{ appId: app.id }} c="inherit" size="sm" fw={600}>
                {tile.title || app.name}
              </TextLink>,
              body,
              menu,
            )
          }
        </AppTileBody>
      )
    }
    case 'chart': {
      const chart = dashboard.charts.find(({ id }) => id === tile.chartId)
      if (!chart) return frame(tile.title && <strong>{tile.title}</strong>, <NotShared what="chart" />)
      if (filters === null) return frame(<strong>{tile.title || chart.name}</strong>, <StillChart chart={chart} />)
      return (
        <ChartTileBody dashboard={dashboard} tile={tile} chart={chart} filters={filters}>
          {(body, menu) =>
            frame(
              <TextLink to="/charts/$chartId" params={{ chartId: chart.id }} c="inherit" size="sm" fw={600}>
                {tile.title || chart.name}
              </TextLink>,
              body,
              menu,
            )
          }
        </ChartTileBody>
      )
    }
  }
}

const NotShared = ({ what }: { what: string }) => <Still>This {what} is not shared with you, or it was deleted.</Still>

function Still({ children }: { children: ReactNode }) {
  return (
    <div className={classes.nothing}>
      <Text size="sm" c="dimmed">
        {children}
      </Text>
    </div>
  )
}

/** What a tile is called, for lists and screen readers. */
export function nameOf(dashboard: Dashboard, tile: Tile): string {
  switch (tile.kind) {
    case 'heading':
      return tile.text
    case 'markdown':
      return tile.title || 'Text'
    case 'app':
      return tile.title || dashboard.apps.find(({ id }) => id === tile.appId)?.name || 'Data app'
    case 'chart':
      return tile.title || dashboard.charts.find(({ id }) => id === tile.chartId)?.name || 'Chart'
  }
}
