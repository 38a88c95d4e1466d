import { Modal, Select, Text } from '@mantine/core'
import { useState } from 'react'
import { changeRole, duplicateRole, type Level, type RoleOut } from '@/api/directory'
import { NamedForm } from '@/parts/directory/NamedForm'
import { LEVEL_NAMES, roleName } from '@/parts/directory/words'

interface DuplicateRoleProps {
  role: RoleOut
  onClose: () => void
  onMade: (role: RoleOut) => void
}

/** A role with the scopes of another one, to begin from. */
export function DuplicateRole({ role, onClose, onMade }: DuplicateRoleProps) {
  const [level, setLevel] = useState<Level>(role.level ?? 'project')
  const original = role.system ? roleName(role.id) : role.name
  return (
    <Modal opened onClose={onClose} title={`Duplicate ${original}`}>
      <NamedForm
        before={{ name: `Copy of ${original}`, description: role.description }}
        action="Duplicate"
        save={async ({ name, description }) => {
          const made = await duplicateRole(role.id, { name, level })
          return description === made.description ? made : changeRole(made.id, { description })
        }}
        done={onMade}
      >
        <Select
          label="Level"
          allowDeselect={false}
          data={Object.entries(LEVEL_NAMES).map(([value, label]) => ({ value, label }))}
          value={level}
          onChange={(next) => next && setLevel(next as Level)}
        />
        {level === 'project' && (
          <Text size="sm" c="dimmed">
            Scopes that only count in the whole organisation are left out.
          </Text>
        )}
      </NamedForm>
    </Modal>
  )
}
