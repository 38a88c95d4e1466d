import { Button, Group, Select, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { groupsQuery, type HandedLink, invite, type SystemRole } from '@/api/directory'
import { asProblem } from '@/api/problem'
import { FindPicker, type Found } from '@/parts/directory/FindPicker'
import { useChange } from '@/parts/directory/useChange'
import { addresses, isSystemRole, SYSTEM_ROLES } from '@/parts/directory/words'
import { ProblemCard } from '@/parts/ProblemCard'
import { HandOver } from './HandOver'

interface Outcome {
  email: string
  handed?: HandedLink
  problem?: unknown
}

/** Invites one person or many. Each address stands for itself: one that is refused does not keep the others out. */
export function Invite({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState('')
  const [role, setRole] = useState<SystemRole | null>(null)
  const [group, setGroup] = useState<Found | null>(null)
  const [outcomes, setOutcomes] = useState<Outcome[]>()
  const emails = addresses(text)
  const inviting = useChange(async () => {
    const all: Outcome[] = []
    for (const email of emails) {
      try {
        all.push({ email, handed: await invite({ email, role, groupIds: group ? [group.id] : [] }) })
      } catch (error) {
        all.push({ email, problem: asProblem(error) })
      }
    }
    return all
  }, setOutcomes)
  if (outcomes)
    return (
      <Stack gap="md">
        {outcomes.map(({ email, handed, problem }) => (
          <section key={email} aria-label={email}>
            <Text fw={580} mb={4}>
              {email}
            </Text>
            {handed && <HandOver handed={handed} what="invitation" />}
            {problem !== undefined && <ProblemCard error={problem} />}
          </section>
        ))}
        <Group justify="flex-end">
          <Button onClick={onDone}>Done</Button>
        </Group>
      </Stack>
    )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        inviting.mutate()
      }}
    >
      <Stack gap="md">
        <Textarea
          label="E-mail addresses"
          description="One or more, by line, comma or space"
          autosize
          minRows={2}
          maxRows={8}
          required
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
        <Group gap="sm" align="flex-end">
          <Select
            label="Role in the organisation"
            style={{ flex: '1 1 200px' }}
            allowDeselect={false}
            data={[{ value: '', label: 'Member, without role' }, ...SYSTEM_ROLES]}
            value={role ?? ''}
            onChange={(next) => setRole(isSystemRole(next) ? next : null)}
          />
          <FindPicker
            label="Group"
            placeholder="None"
            query={(q) => groupsQuery({ q: q || undefined })}
            read={({ items }): Found[] => items.map(({ id, name }) => ({ id, name }))}
            value={group}
            onChange={setGroup}
          />
        </Group>
        <Text size="sm" c="dimmed">
          A role in the organisation counts in each of its projects. A member sees nothing until a project or a group gives
          them a role.
        </Text>
        {inviting.isError && <ProblemCard error={inviting.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={inviting.isPending} disabled={emails.length === 0}>
            {emails.length > 1 ? `Invite ${emails.length} people` : 'Invite'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
