import { Button, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { changeGroup, deleteGroup, type GroupOut, groupQuery, setGroupRoles } from '@/api/directory'
import { runsInstance } from '@/api/session'
import { Block } from '@/parts/directory/Block'
import { Confirmed } from '@/parts/directory/Confirmed'
import { FeatureOff } from '@/parts/directory/FeatureOff'
import { NamedForm } from '@/parts/directory/NamedForm'
import { RolesEditor } from '@/parts/directory/RolesEditor'
import { heldRoles, people } from '@/parts/directory/words'
import { Loaded } from '@/parts/Loaded'
import { TextLink } from '@/parts/links'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'
import { Members } from './Members'

const route = getRouteApi('/signed-in/settings/groups/$groupId')

/** One group: what it gives, and whom. */
export default function GroupPage() {
  const { groupId } = route.useParams()
  const group = useQuery(groupQuery(groupId))
  const me = useMe()
  return (
    <Page
      title={group.data?.name ?? 'Group'}
      narrow
      above={
        <Text size="sm" mb="xs">
          <TextLink to="/settings/groups">Groups</TextLink>
        </Text>
      }
      actions={group.data && <Actions group={group.data} />}
    >
      <Loaded query={group} waiting={<Skeleton height={420} radius="lg" />}>
        {(known) => (
          <Stack gap="lg">
            <FeatureOff feature="groups" title="Groups are off" />
            {known.description && <Text c="dimmed">{known.description}</Text>}
            <Block title="Roles in the organisation">
              {runsInstance(me) ? (
                <RolesEditor
                  key={known.id}
                  level="organization"
                  held={known.roles}
                  none="None"
                  save={(change) => setGroupRoles(known.id, change)}
                />
              ) : (
                <Text size="sm">{heldRoles(known, 'None')}</Text>
              )}
              <Text size="sm" c="dimmed">
                Every member holds these in each project. Roles in one project are given under{' '}
                <TextLink to="/settings/project-access">Project access</TextLink>.
              </Text>
            </Block>
            <Members key={known.id} group={known} />
          </Stack>
        )}
      </Loaded>
    </Page>
  )
}

function Actions({ group }: { group: GroupOut }) {
  const on = useMe().features.groups.enabled
  const navigate = useNavigate()
  const [describing, describe] = useDisclosure()
  return (
    <div style={{ display: 'flex', gap: 6 }}>
      <Button variant="default" size="compact-sm" onClick={describe.open} disabled={!on}>
        Rename or describe
      </Button>
      <Confirmed
        action="Delete"
        label={`Delete ${group.name}`}
        run={async () => {
          await deleteGroup(group.id)
          // Before the lists are read anew: this page would ask for a group that is gone.
          await navigate({ to: '/settings/groups' })
        }}
      >
        The {people(group.members)} in it stay. The roles, attribute values and spaces that came through the group are gone
        for them at once.
      </Confirmed>
      <Modal opened={describing} onClose={describe.close} title="Rename or describe">
        <NamedForm before={group} action="Save" save={(named) => changeGroup(group.id, named)} done={describe.close} />
      </Modal>
    </div>
  )
}
