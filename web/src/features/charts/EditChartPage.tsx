import { Button, Skeleton, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Chart, changeChart, chartQuery } from '@/api/charts'
import { EmptyState } from '@/parts/EmptyState'
import { ButtonLink } from '@/parts/links'
import { ProblemCard } from '@/parts/ProblemCard'
import { ProblemPage } from '@/parts/Refusals'
import { useChanged } from '@/parts/saved/useChanged'
import { Unsaved } from '@/parts/Unsaved'
import { ChartEditor } from './ChartEditor'
import { type Draft, lacking } from './draft'
import { EditorHead } from './EditorHead'

const route = getRouteApi('/signed-in/charts/$chartId/edit')

export default function EditChartPage() {
  const { chartId } = route.useParams()
  const query = useQuery(chartQuery(chartId))
  if (query.data) return <Editing key={chartId} chart={query.data} />
  if (query.isError) return <ProblemPage error={query.error} retry={() => void query.refetch()} />
  return (
    <EditorHead title="Chart" actions={null}>
      <Skeleton height={420} radius="lg" />
    </EditorHead>
  )
}

function Editing({ chart }: { chart: Chart }) {
  const navigate = useNavigate()
  const changed = useChanged('chart')
  const [draft, setDraft] = useState<Draft | null>(
    chart.query && { query: chart.query, look: chart.config.type, config: chart.config },
  )
  // What the work began with: somebody else's save in the meantime is found out by the server.
  const [basedOn] = useState(chart.version)
  const [touched, setTouched] = useState(false)
  const saving = useMutation({
    mutationFn: (made: Draft) =>
      changeChart(chart.id, { basedOn, query: made.query, ...(made.config ? { config: made.config } : {}) }),
    onSuccess: async (saved) => {
      setTouched(false)
      await changed(chart.id, saved)
      await navigate({ to: '/charts/$chartId', params: { chartId: chart.id }, ignoreBlocker: true })
    },
  })
  if (!draft || !chart.canManage) {
    return (
      <EditorHead title={chart.name} actions={null}>
        <EmptyState
          title="You may not change this chart"
          action={
            <ButtonLink to="/charts/$chartId" params={{ chartId: chart.id }}>
              Open it
            </ButtonLink>
          }
        >
          Whoever may edit in “{chart.spaceName}” can.
        </EmptyState>
      </EditorHead>
    )
  }
  return (
    <EditorHead
      title={chart.name}
      actions={
        <>
          <ButtonLink to="/charts/$chartId" params={{ chartId: chart.id }} variant="default">
            Cancel
          </ButtonLink>
          <Button
            disabled={!touched || lacking(draft) !== null}
            loading={saving.isPending}
            onClick={() => saving.mutate(draft)}
          >
            Save
          </Button>
        </>
      }
    >
      {saving.isError && (
        <div style={{ marginBottom: 16 }}>
          <ProblemCard error={saving.error} />
        </div>
      )}
      <ChartEditor
        projectId={chart.projectId}
        draft={draft}
        onChange={(next) => {
          setDraft(next)
          setTouched(true)
        }}
        explore={
          <Text size="sm" fw={600} mb="sm">
            {chart.exploreName}
          </Text>
        }
      />
      <Unsaved changed={touched} />
    </EditorHead>
  )
}
