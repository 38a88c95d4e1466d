import { Button, Group, Pill, Text } from '@mantine/core'
import { useState } from 'react'
import { changeMembers, groupsQuery, type PersonOut } from '@/api/directory'
import { Block } from '@/parts/directory/Block'
import { FindPicker, type Found } from '@/parts/directory/FindPicker'
import { useChange } from '@/parts/directory/useChange'
import { TextLink } from '@/parts/links'
import { ProblemCard } from '@/parts/ProblemCard'

export function PersonGroups({ person }: { person: PersonOut }) {
  const [chosen, setChosen] = useState<Found | null>(null)
  const adding = useChange(
    (groupId: string) => changeMembers(groupId, { add: [person.id] }),
    () => setChosen(null),
  )
  const removing = useChange((groupId: string) => changeMembers(groupId, { remove: [person.id] }))
  return (
    <Block title="Groups">
      {person.inGroups.length === 0 ? (
        <Text size="sm" c="dimmed">
          In no group.
        </Text>
      ) : (
        <Group gap={6}>
          {person.inGroups.map((group) => (
            <Pill
              key={group.id}
              size="md"
              withRemoveButton
              onRemove={() => removing.mutate(group.id)}
              removeButtonProps={{ 'aria-label': `Take out of ${group.name}`, 'aria-hidden': false, tabIndex: 0 }}
            >
              <TextLink to="/settings/groups/$groupId" params={{ groupId: group.id }} inherit>
                {group.name}
              </TextLink>
            </Pill>
          ))}
        </Group>
      )}
      <Group gap="xs" align="flex-end">
        <FindPicker
          label="Add to a group"
          placeholder="Name"
          query={(q) => groupsQuery({ q: q || undefined })}
          read={({ items }): Found[] =>
            items
              .filter((each) => !person.inGroups.some((group) => group.id === each.id))
              .map(({ id, name }) => ({ id, name }))
          }
          value={chosen}
          onChange={setChosen}
        />
        <Button disabled={!chosen} loading={adding.isPending} onClick={() => chosen && adding.mutate(chosen.id)}>
          Add
        </Button>
      </Group>
      {adding.isError && <ProblemCard error={adding.error} />}
      {removing.isError && <ProblemCard error={removing.error} />}
    </Block>
  )
}
