import { Button, Skeleton, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { changeDashboard, type Dashboard, type DashboardContent, dashboardQuery } from '@/api/dashboards'
import { EmptyState } from '@/parts/EmptyState'
import { ButtonLink } from '@/parts/links'
import { ProblemCard } from '@/parts/ProblemCard'
import { ProblemPage } from '@/parts/Refusals'
import { useChanged } from '@/parts/saved/useChanged'
import { Unsaved } from '@/parts/Unsaved'
import { AddTile } from './AddTile'
import classes from './dashboards.module.css'
import { EditableFilters } from './EditableFilters'
import { EditableTabs } from './EditableTabs'
import editor from './editor.module.css'
import { EditorGrid } from './EditorGrid'

const route = getRouteApi('/signed-in/dashboards/$dashboardId/edit')

export default function DashboardEditor() {
  const { dashboardId } = route.useParams()
  const query = useQuery(dashboardQuery(dashboardId))
  useDocumentTitle(`${query.data?.name ?? 'Dashboard'} · Vitrail`)
  if (query.isError && !query.data) return <ProblemPage error={query.error} retry={() => void query.refetch()} />
  return (
    <div className={classes.page}>
      {query.data ? <Editing key={dashboardId} dashboard={query.data} /> : <Skeleton height={420} radius="lg" />}
    </div>
  )
}

function Editing({ dashboard }: { dashboard: Dashboard }) {
  const search = route.useSearch()
  const navigate = useNavigate()
  const changed = useChanged('dashboard')
  // What the work began with; somebody else's save in the meantime is found out by the server.
  const [began] = useState(dashboard)
  const [content, setContent] = useState<DashboardContent>(began.content)
  const [touched, setTouched] = useState(false)
  // Charts and apps that were added since then: the server has not told of them yet.
  const [added, setAdded] = useState<Pick<Dashboard, 'charts' | 'apps'>>({ charts: [], apps: [] })
  const [tab, setTab] = useState(search.tab ?? '')
  const open = content.tabs.find(({ id }) => id === tab)?.id ?? content.tabs[0]?.id ?? ''
  const change = (next: DashboardContent) => {
    if (next === content) return
    setContent(next)
    setTouched(true)
  }
  const saving = useMutation({
    mutationFn: () => changeDashboard(began.id, { basedOn: began.version, content }),
    onSuccess: async (saved) => {
      setTouched(false)
      await changed(saved.id, saved)
      await navigate({ to: '/dashboards/$dashboardId', params: { dashboardId: saved.id }, ignoreBlocker: true })
    },
  })
  if (!dashboard.canManage) {
    return (
      <EmptyState
        title="You may not change this dashboard"
        action={
          <ButtonLink to="/dashboards/$dashboardId" params={{ dashboardId: dashboard.id }}>
            Open it
          </ButtonLink>
        }
      >
        Whoever may edit in “{dashboard.spaceName}” can.
      </EmptyState>
    )
  }
  const whole: Dashboard = {
    ...began,
    content,
    charts: [...began.charts, ...added.charts],
    apps: [...began.apps, ...added.apps],
  }
  return (
    <>
      <header className={editor.bar}>
        <Title order={1} fz="1.35rem" style={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
          {dashboard.name}
        </Title>
        <AddTile
          dashboard={whole}
          tab={open}
          onAdd={(tile, more) => {
            setAdded((now) => ({ charts: [...now.charts, ...(more.charts ?? [])], apps: [...now.apps, ...(more.apps ?? [])] }))
            change({ ...content, tiles: [...(content.tiles ?? []), tile] })
          }}
        />
        <ButtonLink to="/dashboards/$dashboardId" params={{ dashboardId: dashboard.id }} variant="default">
          Cancel
        </ButtonLink>
        <Button disabled={!touched} loading={saving.isPending} onClick={() => saving.mutate()}>
          Save
        </Button>
      </header>
      {saving.isError && (
        <div style={{ marginBottom: 16 }}>
          <ProblemCard error={saving.error} />
        </div>
      )}
      <EditableFilters dashboard={whole} onChange={(filters) => change({ ...content, filters })} />
      <EditableTabs content={content} open={open} onOpen={setTab} onChange={change} />
      <EditorGrid dashboard={whole} tab={open} onChange={change} />
      <Unsaved changed={touched} />
    </>
  )
}
