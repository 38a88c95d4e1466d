import { Button, Group, Select, SegmentedControl, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { BY, type By, csvAddress, usageQuery } from '@/api/cost'
import { runsInstance } from '@/api/session'
import { Loaded } from '@/parts/Loaded'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'
import { Budgets } from './Budgets'
import { count, money, SPANS, span, time } from './figures'
import { Groups } from './Groups'
import { Lines } from './Lines'

const route = getRouteApi('/signed-in/settings/cost')

/** What builds cost, by whatever one wants to know it by, and what they may cost. */
export default function CostPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const me = useMe()
  const within = search.within ?? 'month'
  const by = search.by ?? 'day'
  const asked = { ...span(within), project: search.project }
  const usage = useQuery(usageQuery(asked, by))
  const administers = runsInstance(me)
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
  return (
    <Page
      title="Cost"
      actions={
        <Button component="a" variant="default" href={csvAddress('usage.csv', asked, by)} download>
          Download CSV
        </Button>
      }
    >
      <Stack gap="xl">
        <Group gap="sm">
          <SegmentedControl
            aria-label="Time"
            style={{ maxWidth: '100%', overflowX: 'auto' }}
            value={within}
            onChange={(value) => change({ within: value as typeof within })}
            data={Object.entries(SPANS).map(([value, label]) => ({ value, label }))}
          />
          <Select
            aria-label="Project"
            placeholder="All projects"
            clearable
            value={search.project ?? null}
            onChange={(value) => change({ project: value ?? undefined })}
            data={me.projects.map((project) => ({ value: project.id, label: project.name }))}
          />
        </Group>
        <Loaded query={usage} waiting={<Skeleton height={300} radius="lg" />}>
          {(report) => (
            <>
              <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md">
                <Figure name="Cost">{money(report.total.cost, report.currency)}</Figure>
                <Figure name="Model calls">{count(report.total.calls)}</Figure>
                <Figure name="Tokens">{count(report.total.inputTokens + report.total.outputTokens)}</Figure>
                <Figure name="Sandbox time">{time(report.total.sandboxSeconds)}</Figure>
              </SimpleGrid>
              {report.total.unpricedCalls > 0 && (
                <Text size="sm" c="dimmed">
                  {report.total.unpricedCalls} calls of models without a known price are not in the cost. An operator
                  sets their price with <code>VITRAIL_MODEL_PRICES</code>.
                </Text>
              )}
              <section aria-labelledby="groups">
                <Group mb="md" gap="md" justify="space-between">
                  <Title order={2} id="groups">
                    Where it went
                  </Title>
                  <SegmentedControl
                    size="xs"
                    aria-label="Add up by"
                    value={by}
                    onChange={(value) => change({ by: value as By })}
                    data={BY.map((value) => ({ value, label: value[0]?.toUpperCase() + value.slice(1) }))}
                    style={{ maxWidth: '100%', overflowX: 'auto' }}
                  />
                </Group>
                <Groups groups={report.groups} currency={report.currency} by={by} />
              </section>
            </>
          )}
        </Loaded>
        {administers && <Budgets />}
        <Lines asked={asked} mayCorrect={administers} />
        {!administers && (
          <Text size="sm" c="dimmed">
            You see what your own builds cost, and all of a project that you manage.
          </Text>
        )}
      </Stack>
    </Page>
  )
}

function Figure({ name, children }: { name: string; children: string }) {
  return (
    <div className="card" style={{ padding: '14px 18px' }}>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text fz={24} fw={620} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {children}
      </Text>
    </div>
  )
}
