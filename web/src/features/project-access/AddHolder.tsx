import { Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { projectCandidatesQuery, type RolesChange, setProjectRoles } from '@/api/directory'
import { Block } from '@/parts/directory/Block'
import { FindPicker, type Found } from '@/parts/directory/FindPicker'
import { RolesFields } from '@/parts/directory/RolesFields'
import { useChange } from '@/parts/directory/useChange'
import { ProblemCard } from '@/parts/ProblemCard'

const NOTHING: RolesChange = { role: 'viewer', customRoleIds: [] }

interface Party extends Found {
  kind: 'people' | 'groups'
}

/** Finds a person, a service account or a group, and gives them roles in the project. */
export function AddHolder({ projectId, projectName }: { projectId: string; projectName: string }) {
  const [chosen, setChosen] = useState<Party | null>(null)
  const [roles, setRoles] = useState<RolesChange>(NOTHING)
  const adding = useChange(
    ({ kind, id }: Party) => setProjectRoles(projectId, kind, id, roles),
    () => {
      setChosen(null)
      setRoles(NOTHING)
    },
  )
  const some = Boolean(roles.role) || (roles.customRoleIds ?? []).length > 0
  return (
    <Block title={`Add to ${projectName}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (chosen) adding.mutate(chosen)
        }}
      >
        <Stack gap="sm">
          <Group>
            <FindPicker
              label="Person or group"
              query={(q) => projectCandidatesQuery(projectId, q)}
              read={(found): Party[] =>
                found.map(({ kind, id, name, email }) => ({
                  id,
                  name,
                  kind: kind === 'person' ? 'people' : 'groups',
                  details: kind === 'group' ? 'Group' : (email ?? 'Service account'),
                }))
              }
              value={chosen}
              onChange={setChosen}
            />
          </Group>
          <RolesFields level="project" value={roles} onChange={setRoles} none="None" />
          {adding.isError && <ProblemCard error={adding.error} />}
          <Group justify="space-between" gap="sm">
            <Text size="sm" c="dimmed">
              What they hold here by name already is replaced.
            </Text>
            <Button type="submit" disabled={!chosen || !some} loading={adding.isPending}>
              Give roles
            </Button>
          </Group>
        </Stack>
      </form>
    </Block>
  )
}
