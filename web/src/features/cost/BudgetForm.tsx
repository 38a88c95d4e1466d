import { Button, Checkbox, Group, NumberInput, Select, Stack, TagsInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addBudget, type Budget, changeBudget, type NewBudget, usageQuery } from '@/api/cost'
import { useMe } from '@/parts/me'
import { ProblemCard } from '@/parts/ProblemCard'
import { span } from './figures'

const KINDS: { value: NewBudget['kind']; label: string }[] = [
  { value: 'organization', label: 'The organisation' },
  { value: 'project', label: 'A project' },
  { value: 'person', label: 'A person' },
]

/** A new budget, or another amount for one that is there. */
export function BudgetForm({ budget, onDone }: { budget?: Budget; onDone: () => void }) {
  const queryClient = useQueryClient()
  const [kind, setKind] = useState<NewBudget['kind']>(budget?.kind ?? 'organization')
  const [subject, setSubject] = useState<string | null>(null)
  const [limit, setLimit] = useState<number | string>(budget?.limit ?? '')
  const [levels, setLevels] = useState((budget?.warnAt ?? [80]).map(String))
  const [stops, setStops] = useState(budget?.stops ?? true)
  const subjects = useSubjects(kind)
  const saving = useMutation({
    mutationFn: () => {
      const values = { limit: Number(limit), warnAt: levels.map(Number), stops }
      return budget
        ? changeBudget(budget.id, values)
        : addBudget({ ...values, kind, subjectId: kind === 'organization' ? null : subject })
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['budgets'] })
      onDone()
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        saving.mutate()
      }}
    >
      <Stack gap="md">
        {!budget && (
          <>
            <Select
              label="Of"
              data={KINDS}
              value={kind}
              allowDeselect={false}
              onChange={(value) => {
                setKind(value as NewBudget['kind'])
                setSubject(null)
              }}
            />
            {kind !== 'organization' && (
              <Select
                label={kind === 'project' ? 'Which project' : 'Which person'}
                description="Without a choice: the budget that each of them has."
                placeholder={kind === 'project' ? 'Each project' : 'Each person'}
                data={subjects}
                value={subject}
                onChange={setSubject}
                searchable
                clearable
              />
            )}
          </>
        )}
        <NumberInput label="Amount a month" value={limit} onChange={setLimit} min={0} decimalScale={2} required />
        <TagsInput
          label="Warn at"
          description="Percentages; the builder is told once at each."
          value={levels}
          onChange={setLevels}
          maxTags={5}
          isDuplicate={(value, current) => current.includes(value) || !/^([1-9]\d?|100)$/.test(value)}
        />
        <Checkbox
          label="Stop builds when it is used up"
          checked={stops}
          onChange={(event) => setStops(event.currentTarget.checked)}
        />
        {saving.isError && <ProblemCard error={saving.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.isPending} disabled={limit === ''}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** Projects, or the people who have built something lately. */
function useSubjects(kind: NewBudget['kind']): { value: string; label: string }[] {
  const me = useMe()
  const people = useQuery({ ...usageQuery(span('days-90'), 'person'), enabled: kind === 'person' })
  if (kind === 'project') return me.projects.map((project) => ({ value: project.id, label: project.name }))
  if (kind !== 'person') return []
  const built = (people.data?.groups ?? [])
    .filter((group) => group.key !== '' && group.key !== me.user.id)
    .map((group) => ({ value: group.key, label: group.label }))
  return [{ value: me.user.id, label: me.user.name }, ...built]
}
