import { Button, Group, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type ProjectHolder, setProjectRoles } from '@/api/directory'
import { Confirmed } from '@/parts/directory/Confirmed'
import { RolesEditor } from '@/parts/directory/RolesEditor'
import { Row } from '@/parts/directory/Row'
import { heldRoles, originWords, people } from '@/parts/directory/words'

/** Somebody who may do something in the project: by name here, and by which other ways. */
export function HolderRow({ projectId, holder }: { projectId: string; holder: ProjectHolder }) {
  const [changing, change] = useDisclosure()
  const { kind, id, name, roles } = holder
  const kinds = kind === 'person' ? 'people' : 'groups'
  const byName = roles.role !== null || roles.custom.length > 0
  const given = heldRoles({ role: roles.role, customRoles: roles.custom.map((each) => each.name) }, 'Nothing given here')
  return (
    <Row
      label={name}
      title={name}
      actions={
        <Group gap={6}>
          <Button variant="default" size="compact-sm" onClick={change.open} aria-label={`Change roles of ${name}`}>
            {byName ? 'Change' : 'Give a role'}
          </Button>
          {byName && (
            <Confirmed
              action="Take out"
              yes="Take out"
              label={`Take ${name} out`}
              run={() => setProjectRoles(projectId, kinds, id, { role: null, customRoleIds: [] })}
            >
              {kind === 'group'
                ? 'What its members hold here through the group is gone at once. What they hold in other ways stays.'
                : 'What is given to them here by name is gone at once. What they hold through groups or in the organisation stays.'}
            </Confirmed>
          )}
        </Group>
      }
    >
      <div>
        {given}
        {holder.members !== null && ` · ${people(holder.members)}`}
        {holder.email && ` · ${holder.email}`}
      </div>
      {holder.origins.map((origin) => (
        <div key={origin}>{originWords(origin)}</div>
      ))}
      <Modal opened={changing} onClose={change.close} title={`Roles of ${name} in this project`}>
        <RolesEditor
          level="project"
          held={roles}
          none="None"
          save={(wanted) => setProjectRoles(projectId, kinds, id, wanted)}
          done={change.close}
        />
      </Modal>
    </Row>
  )
}
