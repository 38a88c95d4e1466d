import { Button, Stack, Tabs } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { askAnew } from '@/api/anew'
import { type Chart, chartQuery, chartRowsQuery, chartVersionQuery, exportChart } from '@/api/charts'
import { isRefusal } from '@/api/problem'
import { may } from '@/api/session'
import { AnswerAge } from '@/parts/AnswerAge'
import { Answered } from '@/parts/charts/Answered'
import { DataTable } from '@/parts/charts/DataTable'
import { shown } from '@/parts/charts/answer'
import { Icon } from '@/parts/icons'
import { ButtonLink } from '@/parts/links'
import { useProject } from '@/parts/me'
import { ProblemCard } from '@/parts/ProblemCard'
import { ProblemPage } from '@/parts/Refusals'
import { SavedBar } from '@/parts/saved/SavedBar'
import { SavedMenu } from '@/parts/saved/SavedMenu'
import { useExport } from '@/parts/useExport'
import classes from './charts.module.css'
import { WhyThisNumber } from './WhyThisNumber'

const route = getRouteApi('/signed-in/charts/$chartId')

export default function ChartPage() {
  const { chartId } = route.useParams()
  const query = useQuery(chartQuery(chartId))
  const chart = query.data
  useDocumentTitle(`${chart?.name ?? 'Chart'} · Vitrail`)
  if (query.isError && (!chart || isRefusal(query.error))) return <ProblemPage error={query.error} retry={() => void query.refetch()} />
  return <div className={classes.page}>{chart ? <Opened chart={chart} /> : <SavedBar item={undefined} />}</div>
}

function Opened({ chart }: { chart: Chart }) {
  const { version } = route.useSearch()
  const navigate = route.useNavigate()
  const queryClient = useQueryClient()
  const project = useProject(chart.projectId)
  const number = version ?? chart.version
  const old = number !== chart.version
  const before = useQuery({ ...chartVersionQuery(chart.id, number), enabled: old })
  const rows = useQuery(chartRowsQuery(chart.id, number, !old))
  const csv = useExport(chart.name, () => exportChart(chart.id, true))
  const config = old ? before.data?.config : chart.config
  const question = old ? before.data?.query : chart.query
  const show = (next: number | undefined) => void navigate({ search: next ? { version: next } : {} })
  return (
    <>
      <SavedBar item={chart}>
        {question && <WhyThisNumber projectId={chart.projectId} query={question} />}
        {may(project, 'manage:ExportCsv') && (
          <Button
            variant="default"
            leftSection={<Icon name="download" size={16} />}
            loading={csv.isPending}
            onClick={() => csv.mutate()}
          >
            CSV
          </Button>
        )}
        {chart.canManage && (
          <ButtonLink
            to="/charts/$chartId/edit"
            params={{ chartId: chart.id }}
            variant="default"
            leftSection={<Icon name="pencil" size={15} />}
          >
            Edit
          </ButtonLink>
        )}
        <SavedMenu kind="chart" item={chart} onShow={show} />
      </SavedBar>
      <Stack gap="md">
        {csv.isError && <ProblemCard error={csv.error} />}
        {csv.data?.truncated && <ProblemCard tone="notice" error={CUT_OFF} />}
        {old && (
          <ProblemCard
            tone="notice"
            error={{ title: `Version ${number}`, cause: 'You look at an older save.', cure: 'Restore it under History.' }}
          >
            <Button size="compact-sm" variant="default" onClick={() => show(undefined)}>
              Show what is now
            </Button>
          </ProblemCard>
        )}
        {before.isError && <ProblemCard error={before.error} />}
        {config && (
          <Tabs defaultValue="chart" keepMounted={false}>
            <div className={classes.tabs}>
              <Tabs.List>
                <Tabs.Tab value="chart">Chart</Tabs.Tab>
                <Tabs.Tab value="data">Data</Tabs.Tab>
              </Tabs.List>
              <AnswerAge
                asOf={rows.data?.asOf}
                refreshing={rows.isFetching}
                onRefresh={() => void askAnew(queryClient, chartRowsQuery(chart.id, number, !old, true))}
              />
            </div>
            <Tabs.Panel value="chart">
              <div className={`card ${classes.stage}`}>
                <Answered query={rows} config={config} name={chart.name} />
              </div>
            </Tabs.Panel>
            <Tabs.Panel value="data">
              <div className={`card ${classes.data}`}>
                {rows.data ? (
                  <DataTable answer={shown(rows.data, config)} config={config} />
                ) : (
                  <Answered query={rows} config={config} name={chart.name} />
                )}
              </div>
            </Tabs.Panel>
          </Tabs>
        )}
      </Stack>
    </>
  )
}

const CUT_OFF = {
  title: 'The file does not hold all rows',
  cause: 'There are more rows than this instance lets out in one file.',
  cure: 'Filter the chart to fewer rows, or ask your administrator about LIGHTDASH_CSV_CELLS_LIMIT.',
}
