import { Modal, Select } from '@mantine/core'
import { useState } from 'react'
import { changeRole, createRole, type Level, type RoleOut } from '@/api/directory'
import { NamedForm } from '@/parts/directory/NamedForm'
import { ScopePicker } from '@/parts/directory/ScopePicker'
import { LEVEL_NAMES } from '@/parts/directory/words'

interface RoleFormProps {
  /** The role to change; without one, a new one is made. */
  role?: RoleOut
  onClose: () => void
}

/** Makes or changes a role of the organisation's own. Its level stays what it was made for. */
export function RoleForm({ role, onClose }: RoleFormProps) {
  const [level, setLevel] = useState<Level>(role?.level ?? 'project')
  const [scopes, setScopes] = useState<string[]>(role?.scopes ?? [])
  return (
    <Modal opened onClose={onClose} title={role ? `Edit ${role.name}` : 'New role'} size="xl">
      <NamedForm
        before={role}
        action={role ? 'Save' : 'Make role'}
        save={(named) => (role ? changeRole(role.id, { ...named, scopes }) : createRole({ ...named, level, scopes }))}
        done={onClose}
      >
        <Select
          label="Level"
          description="Where the role is given: in single projects, or in the whole organisation."
          allowDeselect={false}
          disabled={role !== undefined}
          data={Object.entries(LEVEL_NAMES).map(([value, label]) => ({ value, label }))}
          value={level}
          onChange={(next) => next && setLevel(next as Level)}
        />
        <ScopePicker level={level} value={scopes} onChange={setScopes} />
      </NamedForm>
    </Modal>
  )
}
