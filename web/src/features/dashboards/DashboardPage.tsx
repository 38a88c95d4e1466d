import { Button, Menu, Tabs } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type CSSProperties, useState } from 'react'
import { askAnew } from '@/api/anew'
import { type Dashboard, dashboardQuery, tileQuery } from '@/api/dashboards'
import { isRefusal } from '@/api/problem'
import { EmptyState } from '@/parts/EmptyState'
import { Icon } from '@/parts/icons'
import { ButtonLink } from '@/parts/links'
import { ProblemPage } from '@/parts/Refusals'
import { SavedBar } from '@/parts/saved/SavedBar'
import { SavedMenu } from '@/parts/saved/SavedMenu'
import { asked, withChoice } from './choices'
import classes from './dashboards.module.css'
import { FilterBar } from './FilterBar'
import { onTab } from './layout'
import { TileCard } from './TileCard'

const route = getRouteApi('/signed-in/dashboards/$dashboardId')

export default function DashboardPage() {
  const { dashboardId } = route.useParams()
  const query = useQuery(dashboardQuery(dashboardId))
  const dashboard = query.data
  useDocumentTitle(`${dashboard?.name ?? 'Dashboard'} · Vitrail`)
  if (query.isError && (!dashboard || isRefusal(query.error))) return <ProblemPage error={query.error} retry={() => void query.refetch()} />
  return (
    <div className={classes.page}>
      {dashboard ? <Opened dashboard={dashboard} /> : <SavedBar item={undefined} />}
    </div>
  )
}

function Opened({ dashboard }: { dashboard: Dashboard }) {
  const { tab, set } = route.useSearch()
  const navigate = route.useNavigate()
  const queryClient = useQueryClient()
  const [refreshes, setRefreshes] = useState(0)
  const asking = useIsFetching({ queryKey: ['tile', dashboard.id] }) > 0
  const { content } = dashboard
  const filters = content.filters ?? []
  const chosen = asked(filters, set)
  const [first] = content.tabs
  const open = content.tabs.some(({ id }) => id === tab) ? tab : first?.id
  const tiles = onTab(content, open ?? '')
  const refresh = () => {
    // The dashboard too: it may have been changed since, or no longer be shared with this person.
    void queryClient.invalidateQueries({ queryKey: ['dashboard', dashboard.id] })
    // What other tabs hold is asked when they are opened; what is seen, now and of the warehouse itself.
    void queryClient.invalidateQueries({ queryKey: ['tile', dashboard.id], refetchType: 'none' })
    for (const tile of tiles) {
      if (tile.kind !== 'chart' || !dashboard.charts.some(({ id }) => id === tile.chartId)) continue
      void askAnew(queryClient, tileQuery(dashboard.id, dashboard.version, tile.id, chosen, true))
    }
    setRefreshes(refreshes + 1)
  }
  return (
    <>
      <SavedBar item={dashboard}>
        <Button
          variant="default"
          leftSection={<Icon name="refresh" size={16} />}
          loading={asking}
          onClick={refresh}
        >
          Refresh
        </Button>
        {dashboard.canManage && (
          <ButtonLink
            to="/dashboards/$dashboardId/edit"
            params={{ dashboardId: dashboard.id }}
            search={open && open !== first?.id ? { tab: open } : {}}
            variant="default"
            leftSection={<Icon name="pencil" size={15} />}
          >
            Edit
          </ButtonLink>
        )}
        <SavedMenu kind="dashboard" item={dashboard}>
          {/* Browsers lend the clipboard to pages that came by HTTPS only. */}
          {window.isSecureContext && (
            <Menu.Item
              leftSection={<Icon name="open" size={16} />}
              onClick={() => void navigator.clipboard.writeText(window.location.href)}
            >
              Copy link with filters
            </Menu.Item>
          )}
        </SavedMenu>
      </SavedBar>
      {filters.length > 0 && (
        <FilterBar
          dashboard={dashboard}
          choices={set}
          onChange={(id, choice) =>
            void navigate({ search: (now) => ({ ...now, set: withChoice(now.set, id, choice) }), replace: true })
          }
          onReset={() => void navigate({ search: (now) => ({ ...now, set: undefined }), replace: true })}
        />
      )}
      {content.tabs.length > 1 && (
        <Tabs
          value={open ?? null}
          mb="md"
          onChange={(id) => void navigate({ search: (now) => ({ ...now, tab: id ?? undefined }) })}
        >
          <Tabs.List>
            {content.tabs.map(({ id, name }) => (
              <Tabs.Tab key={id} value={id}>
                {name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
      )}
      {tiles.length === 0 ? (
        <EmptyState
          title="Nothing here yet"
          action={
            dashboard.canManage && (
              <ButtonLink to="/dashboards/$dashboardId/edit" params={{ dashboardId: dashboard.id }}>
                Add tiles
              </ButtonLink>
            )
          }
        >
          {dashboard.canManage ? 'Put charts and words on it.' : 'Nobody has put anything on it.'}
        </EmptyState>
      ) : (
        <div className={classes.grid}>
          {tiles.map((tile) => (
            <div
              key={tile.id}
              className={classes.cell}
              data-kind={tile.kind}
              style={
                {
                  gridColumn: `${tile.x + 1} / span ${tile.w}`,
                  gridRow: `${tile.y + 1} / span ${tile.h}`,
                  '--rows': tile.h,
                } as CSSProperties
              }
            >
              <TileCard dashboard={dashboard} tile={tile} filters={chosen} refreshes={refreshes} />
            </div>
          ))}
        </div>
      )}
    </>
  )
}
