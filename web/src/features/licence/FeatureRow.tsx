import { Group, Text } from '@mantine/core'
import type { LicensedFeature } from '@/api/types'
import { StateMark } from '@/parts/StateMark'

/** A feature: on, or which of licence and switch keeps it off. */
export function FeatureRow({ feature }: { feature: LicensedFeature }) {
  return (
    <li style={{ padding: '14px 18px' }} aria-label={feature.title}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <StateMark state={feature.enabled ? 'ok' : 'wrong'} label={feature.enabled ? 'On' : 'Off'} />
        <div style={{ minWidth: 0, flex: 1 }}>
          <Group gap="xs" justify="space-between">
            <Text fw={580}>{feature.title}</Text>
            <Text size="xs" c="dimmed" ff="monospace">
              {feature.variable}={String(feature.switchedOn)}
            </Text>
          </Group>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {feature.enabled
              ? feature.named === null
                ? 'On, as with any licence.'
                : 'On: the licence names it.'
              : feature.cause}
          </Text>
          {!feature.enabled && feature.cure && (
            <Text size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
              <strong>What you can do:</strong> {feature.cure}
            </Text>
          )}
        </div>
      </Group>
    </li>
  )
}
