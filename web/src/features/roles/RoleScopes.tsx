import { Modal } from '@mantine/core'
import type { RoleOut } from '@/api/directory'
import { ScopePicker } from '@/parts/directory/ScopePicker'
import { roleName } from '@/parts/directory/words'

/** What a system role gives; it can't be changed, only duplicated. */
export function RoleScopes({ role, onClose }: { role: RoleOut; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={`Scopes of ${roleName(role.id)}`} size="xl">
      <ScopePicker fixed value={role.scopes} onChange={() => undefined} />
    </Modal>
  )
}
