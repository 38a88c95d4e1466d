import { Text } from '@mantine/core'
import type { PersonOut } from '@/api/directory'
import { Block } from '@/parts/directory/Block'
import { originWords, roleName } from '@/parts/directory/words'

/** All that counts, and by which way each came. */
export function Holds({ person }: { person: PersonOut }) {
  return (
    <Block title="What they hold">
      {person.grants.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing yet: {person.name} can sign in and sees no project. Give a role here, in a group, or in a project.
        </Text>
      ) : (
        <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 8 }}>
          {person.grants.map((grant) => (
            <li key={`${grant.project?.id} ${grant.role} ${grant.origin}`}>
              <Text size="sm" fw={580}>
                {roleName(grant.role)} {grant.project ? `in ${grant.project.name || 'a project'}` : 'in the organisation'}
              </Text>
              <Text size="sm" c="dimmed">
                {originWords(grant.origin)}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Block>
  )
}
