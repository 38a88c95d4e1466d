import { Badge, Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { changePerson, makeLink, type PersonOut, personQuery, setPersonRoles } from '@/api/directory'
import { Block } from '@/parts/directory/Block'
import { RolesEditor } from '@/parts/directory/RolesEditor'
import { useChange } from '@/parts/directory/useChange'
import { Loaded } from '@/parts/Loaded'
import { TextLink } from '@/parts/links'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'
import { ProblemCard } from '@/parts/ProblemCard'
import { RenameForm } from '@/parts/RenameForm'
import { ago } from '@/parts/time'
import { DeletePerson } from './DeletePerson'
import { HandOver } from './HandOver'
import { Holds } from './Holds'
import { PersonAttributes } from './PersonAttributes'
import { PersonGroups } from './PersonGroups'

const route = getRouteApi('/signed-in/settings/people/$personId')

/** One person: what they hold, where it comes from, and all that can be changed about them. */
export default function PersonPage() {
  const { personId } = route.useParams()
  const person = useQuery(personQuery(personId))
  return (
    <Page
      title={person.data?.name ?? 'Person'}
      narrow
      above={
        <Text size="sm" mb="xs">
          <TextLink to="/settings/people">People</TextLink>
        </Text>
      }
    >
      <Loaded query={person} waiting={<Skeleton height={420} radius="lg" />}>
        {(known) => (
          <Stack gap="lg">
            <Account person={known} />
            <Holds person={known} />
            <Block title="Roles in the organisation">
              <RolesEditor
                key={known.id}
                level="organization"
                held={known.roles}
                none="None (member)"
                save={(change) => setPersonRoles(known.id, change)}
              />
              <Text size="sm" c="dimmed">
                What is given here counts in each project. Roles in one project are given under{' '}
                <TextLink to="/settings/project-access">Project access</TextLink>.
              </Text>
            </Block>
            <PersonGroups person={known} />
            <PersonAttributes person={known} />
          </Stack>
        )}
      </Loaded>
    </Page>
  )
}

function Account({ person }: { person: PersonOut }) {
  const me = useMe()
  const [renaming, rename] = useDisclosure()
  const saving = useChange((name: string) => changePerson(person.id, { name }))
  const switching = useChange(() => changePerson(person.id, { active: !person.active }))
  const link = useChange(() => makeLink(person.id))
  const seen = person.lastSeenAt ? `last here ${ago(person.lastSeenAt)}` : 'never here yet'
  return (
    <Block
      title="Account"
      actions={
        <Group gap={6}>
          <Button variant="default" size="compact-sm" onClick={rename.open}>
            Rename
          </Button>
          {person.active && (
            <Button variant="default" size="compact-sm" loading={link.isPending} onClick={() => link.mutate()}>
              {person.invited ? 'New invitation link' : 'Password-reset link'}
            </Button>
          )}
          <Button variant="default" size="compact-sm" loading={switching.isPending} onClick={() => switching.mutate()}>
            {person.active ? 'Switch off' : 'Switch on'}
          </Button>
          {person.id !== me.user.id && <DeletePerson person={person} />}
        </Group>
      }
    >
      <Group gap="xs">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {person.email} · account made {ago(person.createdAt)} · {seen}
        </Text>
        {!person.active && (
          <Badge variant="light" color="gray">
            Off
          </Badge>
        )}
        {person.active && person.invited && <Badge variant="light">Invited</Badge>}
      </Group>
      {!person.active && (
        <Text size="sm" c="dimmed">
          Signed out everywhere and can’t sign in; their tokens do not work. Everything they hold is kept for when they are
          switched on again.
        </Text>
      )}
      {switching.isError && <ProblemCard error={switching.error} />}
      {link.isError && <ProblemCard error={link.error} />}
      {link.data && <HandOver handed={link.data} what={person.invited ? 'invitation' : 'link'} />}
      <Modal opened={renaming} onClose={rename.close} title="Rename">
        <RenameForm name={person.name} save={({ name }) => saving.mutateAsync(name)} onClose={rename.close} />
      </Modal>
    </Block>
  )
}
