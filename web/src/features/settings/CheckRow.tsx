import { Group, Text } from '@mantine/core'
import type { Finding } from '@/api/types'
import { Icon } from '@/parts/icons'

/** One part of the instance: works, or why not and what to do. */
export function CheckRow({ check, first }: { check: Finding; first: boolean }) {
  const colour = check.ok ? 'verdigris' : 'ruby'
  return (
    <li style={{ padding: '14px 18px', borderTop: first ? undefined : '1px solid var(--v-line)' }}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <span
          role="img"
          aria-label={check.ok ? 'Works' : 'Does not work'}
          style={{
            display: 'grid',
            placeItems: 'center',
            width: 24,
            height: 24,
            borderRadius: 99,
            background: `light-dark(var(--mantine-color-${colour}-1), color-mix(in srgb, var(--mantine-color-${colour}-6) 28%, transparent))`,
            color: `light-dark(var(--mantine-color-${colour}-7), var(--mantine-color-${colour}-3))`,
          }}
        >
          <Icon name={check.ok ? 'check' : 'cross'} size={15} />
        </span>
        <div style={{ minWidth: 0, flex: 1 }}>
          <Text fw={580}>{check.title}</Text>
          {(check.detail || check.cause) && (
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {check.ok ? check.detail : (check.cause ?? check.detail)}
            </Text>
          )}
          {!check.ok && check.cure && (
            <Text size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
              <strong>What you can do:</strong> {check.cure}
            </Text>
          )}
        </div>
      </Group>
    </li>
  )
}
