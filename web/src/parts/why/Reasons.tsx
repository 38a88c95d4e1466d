import { Group, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type Item, type Verb, type Why, whyQuery } from '@/api/access'
import { Icon } from '../icons'
import { Loaded } from '../Loaded'
import { WhoHelps } from './WhoHelps'
import { verdict } from './words'
import classes from './why.module.css'

interface ReasonsProps {
  item: Item
  /** Somebody else than who looks. */
  personId?: string
}

const VERBS: readonly Verb[] = ['view', 'manage']

/** Whether one person can open and manage a thing, each with what it rests on. */
export function Reasons({ item, personId }: ReasonsProps) {
  return (
    <Stack gap="lg">
      {VERBS.map((verb) => (
        <Asked key={verb} item={item} verb={verb} {...(personId ? { personId } : {})} />
      ))}
    </Stack>
  )
}

function Asked({ item, verb, personId }: ReasonsProps & { verb: Verb }) {
  const why = useQuery(whyQuery(item, verb, personId))
  return (
    <Loaded query={why} waiting={<Skeleton height={84} role="status" aria-label="Loading the reason" />}>
      {(found) => <Told why={found} mine={personId === undefined} />}
    </Loaded>
  )
}

/** One decision: its sentence, its steps, and of a refusal who can change it. */
export function Told({ why, mine }: { why: Why; mine: boolean }) {
  const heading = verdict(why, mine)
  return (
    <section aria-label={heading}>
      <Group gap={8} wrap="nowrap" align="flex-start">
        <Mark met={why.allowed} />
        <Stack gap={6} style={{ minWidth: 0 }}>
          <Text fw={620} lh={1.3} style={{ overflowWrap: 'anywhere' }}>
            {heading}
          </Text>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {why.reason}
          </Text>
          {why.steps.length > 0 && (
            <ul className={classes.steps} aria-label={`What was looked at: ${heading}`}>
              {why.steps.map(({ met, text }) => (
                <li key={text}>
                  <Mark met={met} size={14} />
                  <span>
                    <span className="heard">{met ? 'Met: ' : 'Not met: '}</span>
                    {text}
                  </span>
                </li>
              ))}
            </ul>
          )}
          {why.cure && (
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              <Text span inherit fw={600}>
                What can be done:{' '}
              </Text>
              {why.cure}
            </Text>
          )}
          <WhoHelps people={why.helpers} />
        </Stack>
      </Group>
    </section>
  )
}

function Mark({ met, size = 18 }: { met: boolean; size?: number }) {
  const colour = met ? 'verdigris' : 'ruby'
  return (
    <Icon
      name={met ? 'check' : 'cross'}
      size={size}
      style={{ flex: 'none', marginTop: 2 }}
      color={`light-dark(var(--mantine-color-${colour}-7), var(--mantine-color-${colour}-4))`}
    />
  )
}
