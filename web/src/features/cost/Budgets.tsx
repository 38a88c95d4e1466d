import { Badge, Button, Group, Modal, Progress, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Budget, budgetsQuery, removeBudget } from '@/api/cost'
import { Loaded } from '@/parts/Loaded'
import { ProblemCard } from '@/parts/ProblemCard'
import { BudgetForm } from './BudgetForm'
import { money } from './figures'

/** What a month may cost, of whom. */
export function Budgets() {
  const budgets = useQuery(budgetsQuery)
  const [editing, setEditing] = useState<Budget | 'new' | null>(null)
  return (
    <section aria-labelledby="budgets">
      <Group mb="xs" justify="space-between">
        <Title order={2} id="budgets">
          Budgets
        </Title>
        <Button size="xs" variant="default" onClick={() => setEditing('new')}>
          Add a budget
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mb="md">
        A budget bounds a calendar month (UTC). The agent asks before it spends: what would pass a budget is not started.
      </Text>
      <Loaded query={budgets} waiting={<Skeleton height={80} radius="lg" />}>
        {(list) =>
          list.length === 0 ? (
            <Text c="dimmed">No budgets yet: builds are bounded only one by one.</Text>
          ) : (
            <ul className="card rows" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {list.map((budget) => (
                <Row key={budget.id} budget={budget} edit={() => setEditing(budget)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <Modal
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === 'new' ? 'Add a budget' : 'Change the budget'}
      >
        {editing !== null && (
          <BudgetForm budget={editing === 'new' ? undefined : editing} onDone={() => setEditing(null)} />
        )}
      </Modal>
    </section>
  )
}

function subject(budget: Budget): string {
  if (budget.kind === 'organization') return 'The organisation'
  if (budget.subject) return budget.subject.name
  return budget.kind === 'project' ? 'Each project' : 'Each person'
}

const COLOURS = { ok: undefined, warning: 'amber', reached: 'ruby' } as const

function Row({ budget, edit }: { budget: Budget; edit: () => void }) {
  const queryClient = useQueryClient()
  const [sure, setSure] = useState(false)
  const removing = useMutation({
    mutationFn: () => removeBudget(budget.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['budgets'] }),
  })
  return (
    <li style={{ padding: '12px 18px' }}>
      <Group justify="space-between" gap="sm">
        <Stack gap={2} style={{ flex: '1 1 220px', minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={560} truncate>
              {subject(budget)}
            </Text>
            {budget.kind !== 'organization' && budget.subject && (
              <Text size="sm" c="dimmed">
                {budget.kind}
              </Text>
            )}
            {!budget.stops && (
              <Badge size="sm" variant="light" color="gray" tt="none">
                Only warns
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed" style={{ fontVariantNumeric: 'tabular-nums' }}>
            {budget.spent === null
              ? `${money(budget.limit, budget.currency)} a month for each that has no own`
              : `${money(budget.spent, budget.currency)} of ${money(budget.limit, budget.currency)} this month`}
            {budget.warnAt.length > 0 && ` · warns at ${budget.warnAt.map((level) => `${level} %`).join(', ')}`}
          </Text>
          {budget.percent !== null && (
            <Progress
              value={Math.min(100, budget.percent)}
              color={COLOURS[budget.level ?? 'ok']}
              size="sm"
              mt={4}
              aria-label={`${budget.percent} % used`}
            />
          )}
        </Stack>
        <Group gap="xs">
          <Button variant="subtle" size="compact-sm" onClick={edit}>
            Change
          </Button>
          <Button
            variant={sure ? 'filled' : 'subtle'}
            color="ruby"
            size="compact-sm"
            loading={removing.isPending}
            onClick={() => (sure ? removing.mutate() : setSure(true))}
            onBlur={() => setSure(false)}
          >
            {sure ? 'Really remove' : 'Remove'}
          </Button>
        </Group>
      </Group>
      {removing.isError && <ProblemCard error={removing.error} />}
    </li>
  )
}
