import { Button, Group, Text } from '@mantine/core'
import type { PartOfDataApps } from '@/api/types'
import { Icon } from '@/parts/icons'
import { StateMark } from '@/parts/StateMark'
import { ago, duration } from '@/parts/time'

interface PartRowProps {
  part: PartOfDataApps
  testing: boolean
  onTest: () => void
}

const WORDS = { ok: 'Works', wrong: 'Does not work', untested: 'Not tested yet' } as const

/** One part of data apps: works, or why not and what to do; and a button that tries it for real. */
export function PartRow({ part, testing, onTest }: PartRowProps) {
  return (
    <li style={{ padding: '14px 18px' }} aria-label={part.title}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <StateMark state={part.state} label={WORDS[part.state]} />
        <div style={{ minWidth: 0, flex: 1 }}>
          <Text fw={580}>{part.title}</Text>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {part.state === 'ok' ? part.detail : part.state === 'wrong' ? part.cause : 'Not tested yet on this server.'}
          </Text>
          {part.state === 'wrong' && part.cure && (
            <Text size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
              <strong>What you can do:</strong> {part.cure}
            </Text>
          )}
          {(part.note || part.testedAt) && (
            <Text size="xs" c="dimmed" mt={4}>
              {part.note && `Test: ${part.note[0]?.toLowerCase() ?? ''}${part.note.slice(1)} `}
              {part.testedAt && `Last tested ${ago(part.testedAt)}, in ${duration(part.tookMs ?? 0)}.`}
            </Text>
          )}
        </div>
        {part.note && (
          <Button
            variant="default"
            size="compact-sm"
            loading={testing}
            onClick={onTest}
            aria-label={`Test ${part.title} now`}
            leftSection={<Icon name="tool" size={14} />}
            style={{ flex: 'none' }}
          >
            Test now
          </Button>
        )}
      </Group>
    </li>
  )
}
