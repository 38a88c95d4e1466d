import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { createGroup, type GroupListed, groupsQuery } from '@/api/directory'
import { FeatureOff } from '@/parts/directory/FeatureOff'
import { NamedForm } from '@/parts/directory/NamedForm'
import { PagedList } from '@/parts/directory/PagedList'
import { Row } from '@/parts/directory/Row'
import { SearchField } from '@/parts/directory/SearchField'
import { groups, heldRoles, people } from '@/parts/directory/words'
import { EmptyState } from '@/parts/EmptyState'
import { TextLink } from '@/parts/links'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'

const route = getRouteApi('/signed-in/settings/groups')

export default function GroupsPage() {
  const wanted = route.useSearch()
  const navigate = route.useNavigate()
  const found = useQuery(groupsQuery(wanted))
  const on = useMe().features.groups.enabled
  const [making, make] = useDisclosure()
  return (
    <Page
      title="Groups"
      narrow
      actions={
        <Button onClick={make.open} disabled={!on}>
          New group
        </Button>
      }
    >
      <Stack gap="lg">
        <FeatureOff feature="groups" title="Groups are off" />
        <Group>
          <SearchField
            label="Search groups"
            value={wanted.q}
            onChange={(q) => void navigate({ search: { q }, replace: true })}
          />
        </Group>
        <PagedList
          query={found}
          label="Groups"
          page={wanted.page}
          onPage={(page) => void navigate({ search: (old) => ({ ...old, page }) })}
          count={groups}
          empty={
            wanted.q ? (
              <EmptyState title="No group found">No group has these words in its name.</EmptyState>
            ) : (
              <EmptyState title="No group yet">
                A group gives all its members the same roles and attribute values at once.
              </EmptyState>
            )
          }
        >
          {(group) => <GroupRow key={group.id} group={group} />}
        </PagedList>
      </Stack>
      <Modal opened={making} onClose={make.close} title="New group">
        <NamedForm
          action="Make group"
          save={createGroup}
          done={(made) => void navigate({ to: '/settings/groups/$groupId', params: { groupId: made.id } })}
        />
      </Modal>
    </Page>
  )
}

function GroupRow({ group }: { group: GroupListed }) {
  return (
    <Row
      label={group.name}
      title={
        <TextLink to="/settings/groups/$groupId" params={{ groupId: group.id }}>
          {group.name}
        </TextLink>
      }
      actions={
        <Text size="sm" c="dimmed">
          {people(group.members)}
        </Text>
      }
    >
      {group.description && <div>{group.description}</div>}
      {heldRoles(group, 'No role in the organisation')}
    </Row>
  )
}
