import { Button, Collapse, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { Entry } from '@/api/audit'
import { Icon } from '@/parts/icons'

const at = (iso: string) =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(iso))

interface EntryRowProps {
  entry: Entry
  /** Looks for what one person did, or what happened to one thing. */
  only: (wanted: { actor?: string; subject?: string }) => void
}

/** One thing that happened; all that the log holds of it on request. */
export function EntryRow({ entry, only }: EntryRowProps) {
  const [opened, { toggle }] = useDisclosure(false)
  const { actor, subject } = entry
  return (
    <li>
      <button
        type="button"
        onClick={toggle}
        aria-expanded={opened}
        style={{
          display: 'flex',
          gap: 12,
          alignItems: 'baseline',
          width: '100%',
          padding: '10px 18px',
          border: 0,
          background: 'none',
          color: 'inherit',
          font: 'inherit',
          textAlign: 'start',
          cursor: 'pointer',
          flexWrap: 'wrap',
        }}
      >
        <Icon name={opened ? 'chevronDown' : 'chevronRight'} size={14} />
        <Text component="span" size="sm" style={{ flex: '1 1 260px', overflowWrap: 'anywhere' }}>
          {entry.sentence}
        </Text>
        <Text component="time" dateTime={entry.at} size="xs" c="dimmed" style={{ fontVariantNumeric: 'tabular-nums' }}>
          {at(entry.at)}
        </Text>
      </button>
      <Collapse expanded={opened}>
        {opened && (
          <div style={{ padding: '0 18px 14px 44px' }}>
            <dl style={{ display: 'grid', gridTemplateColumns: 'auto 1fr', gap: '4px 16px', margin: 0, fontSize: 13 }}>
              <Fact name="Event">{entry.action}</Fact>
              <Fact name="By">{actor && `${actor.name} (${actor.kind.replace('_', ' ')})`}</Fact>
              <Fact name="From">{entry.address}</Fact>
              <Fact name="Request">{entry.requestId}</Fact>
              {Object.entries(entry.details).map(([name, value]) => (
                <Fact key={name} name={name}>
                  {typeof value === 'string' ? value : JSON.stringify(value)}
                </Fact>
              ))}
              <Fact name="Entry">{entry.id}</Fact>
              <Fact name="Hash">{entry.hash}</Fact>
            </dl>
            <Group gap="xs" mt="sm">
              {actor?.id && (
                <Button size="compact-xs" variant="default" onClick={() => only({ actor: actor.id ?? undefined })}>
                  All that {actor.name || 'they'} did
                </Button>
              )}
              {subject?.id && (
                <Button size="compact-xs" variant="default" onClick={() => only({ subject: subject.id ?? undefined })}>
                  All that happened to {subject.name || subject.kind}
                </Button>
              )}
            </Group>
          </div>
        )}
      </Collapse>
    </li>
  )
}

function Fact({ name, children }: { name: string; children: string | null | undefined }) {
  if (!children) return null
  return (
    <>
      <dt style={{ color: 'var(--mantine-color-dimmed)' }}>{name}</dt>
      <dd style={{ margin: 0, overflowWrap: 'anywhere' }}>{children}</dd>
    </>
  )
}
