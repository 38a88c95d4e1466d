import { Group, NumberInput, Select, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { askAnew } from '@/api/anew'
import { exploreQuery } from '@/api/catalog'
import { answerQuery } from '@/api/charts'
import { AnswerAge } from '@/parts/AnswerAge'
import { Answered } from '@/parts/charts/Answered'
import { Loaded } from '@/parts/Loaded'
import classes from './charts.module.css'
import { asDrawn, type Draft, fitted, lacking, rulesOf, toggled, withRules } from './draft'
import { FieldPicker } from './FieldPicker'
import { FilterRules } from './FilterRules'
import { LookOptions, LookPicker } from './LookOptions'
import { WhyThisNumber } from './WhyThisNumber'

interface ChartEditorProps {
  projectId: string
  draft: Draft
  onChange: (draft: Draft) => void
  /** Above the fields: which explore they are of. */
  explore: ReactNode
}

/** What is asked, how it is drawn, and how that looks now. */
export function ChartEditor({ projectId, draft, onChange, explore }: ChartEditorProps) {
  const described = useQuery(exploreQuery(projectId, draft.query.exploreName))
  return (
    <Loaded query={described} waiting={<Skeleton height={420} radius="lg" />}>
      {({ fields }) => {
        const change = (next: Partial<Draft>) => {
          const [query, look] = [next.query ?? draft.query, next.look ?? draft.look]
          onChange({ query, look, config: fitted(query, look, next.config ?? draft.config, fields) })
        }
        const { query, config } = draft
        const [dimensions, metrics] = [query.dimensions ?? [], query.metrics ?? []]
        return (
          <div className={classes.editor}>
            <section className={`card ${classes.panel}`} aria-label="Fields">
              {explore}
              <FieldPicker
                fields={fields}
                chosen={[...dimensions, ...metrics]}
                onToggle={(field) => change({ query: toggled(query, field) })}
              />
            </section>
            <Stack gap="md" miw={0}>
              <section className={`card ${classes.preview}`} aria-label="Preview">
                <Preview projectId={projectId} draft={draft} />
              </section>
              <section className={`card ${classes.panel}`} aria-label="Filters">
                <Title order={2} fz="sm" mb="sm">
                  Filters
                </Title>
                <FilterRules
                  projectId={projectId}
                  exploreName={query.exploreName}
                  fields={fields}
                  rules={rulesOf(query)}
                  onChange={(rules) => change({ query: withRules(query, rules, fields) })}
                />
              </section>
            </Stack>
            <Stack gap="md">
              <section className={`card ${classes.panel}`} aria-label="Drawing">
                <LookPicker look={draft.look} onChange={(look) => change({ look })} />
                {config && (
                  <div style={{ marginTop: 16 }}>
                    <LookOptions
                      config={config}
                      dimensions={dimensions}
                      metrics={metrics}
                      fields={fields}
                      onChange={(next) => change({ config: next })}
                    />
                  </div>
                )}
              </section>
              <section className={`card ${classes.panel}`} aria-label="Order">
                <Order draft={draft} fields={fields} onChange={(next) => change({ query: next })} />
              </section>
            </Stack>
          </div>
        )
      }}
    </Loaded>
  )
}

function Preview({ projectId, draft }: { projectId: string; draft: Draft }) {
  const missing = lacking(draft)
  const queryClient = useQueryClient()
  const [settled] = useDebouncedValue(draft, 250)
  const query = asDrawn(settled)
  const answer = useQuery({ ...answerQuery(projectId, query), enabled: missing === null && lacking(settled) === null })
  if (missing !== null || !draft.config) {
    return (
      <Group justify="center" align="center" h="100%">
        <Text c="dimmed" ta="center">
          {missing}
        </Text>
      </Group>
    )
  }
  return (
    <>
      <Group justify="space-between" gap="xs" mb="xs">
        <AnswerAge
          asOf={answer.data?.asOf}
          refreshing={answer.isFetching}
          onRefresh={() => void askAnew(queryClient, answerQuery(projectId, query, true))}
        />
        <WhyThisNumber projectId={projectId} query={query} variant="subtle" size="compact-sm" />
      </Group>
      <div className={classes.drawn}>
        <Answered query={answer} config={draft.config} name="Preview" />
      </div>
    </>
  )
}

interface OrderProps {
  draft: Draft
  fields: readonly { id: string; label: string }[]
  onChange: (query: Draft['query']) => void
}

/** In which order rows come, and how many. */
function Order({ draft: { query }, fields, onChange }: OrderProps) {
  const asked = [...(query.dimensions ?? []), ...(query.metrics ?? [])]
  const [sort, ...others] = query.sorts ?? []
  const direction = (descending: boolean) => (sort ? [{ ...sort, descending }, ...others] : [])
  return (
    <Stack gap="sm">
      <Select
        size="sm"
        label="Sort by"
        clearable
        placeholder="As it comes"
        data={asked.map((id) => ({ value: id, label: fields.find((field) => field.id === id)?.label ?? id }))}
        value={sort?.fieldId ?? null}
        onChange={(id) => onChange({ ...query, sorts: id ? [{ fieldId: id, descending: sort?.descending ?? false }] : [] })}
      />
      {sort && (
        <Select
          size="sm"
          aria-label="Direction"
          allowDeselect={false}
          data={[
            { value: 'up', label: 'Smallest first' },
            { value: 'down', label: 'Biggest first' },
          ]}
          value={sort.descending ? 'down' : 'up'}
          onChange={(value) => onChange({ ...query, sorts: direction(value === 'down') })}
        />
      )}
      <NumberInput
        size="sm"
        label="Rows at most"
        placeholder="500"
        min={1}
        max={5000}
        allowDecimal={false}
        value={query.limit ?? ''}
        onChange={(value) => onChange({ ...query, limit: typeof value === 'number' && value >= 1 ? value : null })}
      />
    </Stack>
  )
}
