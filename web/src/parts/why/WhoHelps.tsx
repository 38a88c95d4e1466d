import { Anchor, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { helpersQuery, type Somebody } from '@/api/access'

/** The people whom to ask, each with their address. */
export function WhoHelps({ people }: { people: readonly Somebody[] }) {
  if (people.length === 0) return null
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      <Text span inherit fw={600}>
        Whom to ask:{' '}
      </Text>
      {people.map(({ id, name, email }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          {email ? (
            <Anchor href={`mailto:${email}`} inherit underline="always">
              {name}
            </Anchor>
          ) : (
            name
          )}
        </span>
      ))}
    </Text>
  )
}

/** Administrators, for someone who may not open a thing, or not even know of it. Says nothing when nobody answers: the
 * refusal beside it is whole without. */
export function Administrators() {
  const { data } = useQuery(helpersQuery)
  return data ? <WhoHelps people={data} /> : null
}
