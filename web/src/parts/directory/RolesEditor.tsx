import { Button, Group, Stack } from '@mantine/core'
import { useState } from 'react'
import type { Level, Roles, RolesChange } from '@/api/directory'
import { ProblemCard } from '@/parts/ProblemCard'
import { RolesFields } from './RolesFields'
import { useChange } from './useChange'
import { asChange, sameRoles } from './words'

interface RolesEditorProps {
  level: Level
  held: Roles
  none: string
  save: (change: RolesChange) => Promise<Roles>
  done?: () => void
  whose?: string
}

/** What somebody holds by name in one place, to change. */
export function RolesEditor({ level, held, none, save, done, whose }: RolesEditorProps) {
  // Only what was changed here is kept, so that the server's answer shows once it is there.
  const [draft, setDraft] = useState<RolesChange>()
  const value = draft ?? asChange(held)
  const saving = useChange(save, () => {
    setDraft(undefined)
    done?.()
  })
  const changed = !sameRoles(value, asChange(held))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        saving.mutate(value)
      }}
    >
      <Stack gap="sm">
        <RolesFields level={level} value={value} onChange={setDraft} none={none} whose={whose} />
        {saving.isError && <ProblemCard error={saving.error} />}
        <Group gap="xs">
          <Button type="submit" size="compact-sm" loading={saving.isPending} disabled={!changed}>
            Save roles
          </Button>
          {changed && (
            <Button size="compact-sm" variant="default" onClick={() => setDraft(undefined)}>
              Undo
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  )
}
