import { Badge, Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { groupsQuery, groupQuery, type PeopleWanted, type PersonListed, peopleQuery } from '@/api/directory'
import { FindPicker, type Found } from '@/parts/directory/FindPicker'
import { PagedList } from '@/parts/directory/PagedList'
import { Row } from '@/parts/directory/Row'
import { SearchField } from '@/parts/directory/SearchField'
import { heldRoles, people, SYSTEM_ROLES } from '@/parts/directory/words'
import { EmptyState } from '@/parts/EmptyState'
import { TextLink } from '@/parts/links'
import { Page } from '@/parts/Page'
import { ago } from '@/parts/time'
import { Invite } from './Invite'
import { STATUS } from './wanted'

const route = getRouteApi('/signed-in/settings/people')

/** Everybody in the organisation. */
export default function PeoplePage() {
  const wanted = route.useSearch()
  const navigate = route.useNavigate()
  const found = useQuery(peopleQuery(wanted))
  const group = useQuery({ ...groupQuery(wanted.group ?? ''), enabled: wanted.group !== undefined })
  const [inviting, invite] = useDisclosure()
  // Another choice begins at its first page.
  const change = (next: Partial<PeopleWanted>) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...next }), replace: true })
  return (
    <Page title="People" actions={<Button onClick={invite.open}>Invite people</Button>}>
      <Stack gap="lg">
        <Group gap="sm" align="flex-end">
          <SearchField label="Search people" value={wanted.q} onChange={(q) => change({ q })} />
          <Select
            label="Role"
            placeholder="Any role"
            clearable
            w={170}
            data={[...SYSTEM_ROLES, { value: 'member', label: 'Member, without role' }]}
            value={wanted.role ?? null}
            onChange={(role) => change({ role: role ?? undefined })}
          />
          <div style={{ width: 190 }}>
            <FindPicker
              label="Group"
              placeholder="Any group"
              query={(q) => groupsQuery({ q: q || undefined })}
              read={({ items }): Found[] => items.map(({ id, name }) => ({ id, name }))}
              value={wanted.group ? { id: wanted.group, name: group.data?.name ?? '…' } : null}
              onChange={(chosen) => change({ group: chosen?.id })}
            />
          </div>
          <Select
            label="Status"
            placeholder="Any status"
            clearable
            w={150}
            data={Object.entries(STATUS).map(([value, label]) => ({ value, label }))}
            value={wanted.status ?? null}
            onChange={(status) => change({ status: (status as PeopleWanted['status']) ?? undefined })}
          />
        </Group>
        <PagedList
          query={found}
          label="People"
          page={wanted.page}
          onPage={(page) => void navigate({ search: (old) => ({ ...old, page }) })}
          count={people}
          empty={<EmptyState title="Nobody found">Nobody here fits what you look for.</EmptyState>}
        >
          {(person) => <PersonRow key={person.id} person={person} />}
        </PagedList>
      </Stack>
      <Modal opened={inviting} onClose={invite.close} title="Invite people" size="lg">
        <Invite onDone={invite.close} />
      </Modal>
    </Page>
  )
}

function PersonRow({ person }: { person: PersonListed }) {
  return (
    <Row
      label={person.name}
      title={
        <TextLink to="/settings/people/$personId" params={{ personId: person.id }}>
          {person.name}
        </TextLink>
      }
      marks={
        <>
          {!person.active && (
            <Badge size="sm" variant="light" color="gray">
              Off
            </Badge>
          )}
          {person.active && person.invited && (
            <Badge size="sm" variant="light">
              Invited
            </Badge>
          )}
        </>
      }
      actions={
        <Text size="xs" c="dimmed">
          {person.lastSeenAt ? `Last here ${ago(person.lastSeenAt)}` : 'Never here yet'}
        </Text>
      }
    >
      {person.email} · {heldRoles(person, 'Member')}
      {person.groups.length > 0 && ` · in ${person.groups.join(', ')}`}
    </Row>
  )
}
