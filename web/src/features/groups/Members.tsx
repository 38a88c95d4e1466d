import { Badge, Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { changeMembers, type GroupOut, type Member, membersQuery, peopleQuery } from '@/api/directory'
import { runsInstance } from '@/api/session'
import { Block } from '@/parts/directory/Block'
import { FindPicker, type Found } from '@/parts/directory/FindPicker'
import { PagedList } from '@/parts/directory/PagedList'
import { Row } from '@/parts/directory/Row'
import { SearchField } from '@/parts/directory/SearchField'
import { useChange } from '@/parts/directory/useChange'
import { people } from '@/parts/directory/words'
import { TextLink } from '@/parts/links'
import { useMe } from '@/parts/me'
import { ProblemCard } from '@/parts/ProblemCard'

/** Who is in a group; adding and taking out. */
export function Members({ group }: { group: GroupOut }) {
  const me = useMe()
  const [wanted, setWanted] = useState<{ q?: string; page?: number }>({})
  const [chosen, setChosen] = useState<Found | null>(null)
  const members = useQuery(membersQuery(group.id, wanted))
  const adding = useChange(
    (personId: string) => changeMembers(group.id, { add: [personId] }),
    () => setChosen(null),
  )
  const removing = useChange((personId: string) => changeMembers(group.id, { remove: [personId] }))
  const on = me.features.groups.enabled
  return (
    <Block title="Members">
      {/* The list of people is for administrators of the organisation. */}
      {runsInstance(me) && (
        <Group gap="xs" align="flex-end">
          <FindPicker
            label="Add somebody"
            query={(q) => peopleQuery({ q: q || undefined })}
            read={({ items }) => items.map(({ id, name, email }) => ({ id, name, details: email }))}
            value={chosen}
            onChange={setChosen}
          />
          <Button disabled={!chosen || !on} loading={adding.isPending} onClick={() => chosen && adding.mutate(chosen.id)}>
            Add
          </Button>
        </Group>
      )}
      {adding.isError && <ProblemCard error={adding.error} />}
      {removing.isError && <ProblemCard error={removing.error} />}
      <Group>
        <SearchField label="Search members" onChange={(q) => setWanted({ q })} />
      </Group>
      <PagedList
        query={members}
        label="Members"
        page={wanted.page}
        onPage={(page) => setWanted({ ...wanted, page })}
        count={people}
        empty={<Text c="dimmed">{wanted.q ? 'No member has these words in name or address.' : 'Nobody is in it yet.'}</Text>}
      >
        {(member) => (
          <MemberRow
            key={member.id}
            member={member}
            linked={runsInstance(me)}
            off={!on}
            busy={removing.isPending && removing.variables === member.id}
            remove={() => removing.mutate(member.id)}
          />
        )}
      </PagedList>
    </Block>
  )
}

interface MemberRowProps {
  member: Member
  linked: boolean
  off: boolean
  busy: boolean
  remove: () => void
}

function MemberRow({ member, linked, off, busy, remove }: MemberRowProps) {
  return (
    <Row
      label={member.name}
      title={
        linked ? (
          <TextLink to="/settings/people/$personId" params={{ personId: member.id }}>
            {member.name}
          </TextLink>
        ) : (
          member.name
        )
      }
      marks={
        <>
          {member.bySignOn && (
            <Badge size="sm" variant="light" title="Put there by single sign-on, which may take them out again">
              By sign-on
            </Badge>
          )}
          {!member.active && (
            <Badge size="sm" variant="light" color="gray">
              Off
            </Badge>
          )}
        </>
      }
      actions={
        <Button
          variant="default"
          size="compact-sm"
          disabled={off}
          loading={busy}
          onClick={remove}
          aria-label={`Take ${member.name} out`}
        >
          Take out
        </Button>
      }
    >
      {member.email}
    </Row>
  )
}
