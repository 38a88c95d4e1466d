import { Table, Text } from '@mantine/core'
import type { By, UsageGroup } from '@/api/cost'
import { count, money, time } from './figures'

const NONE: Partial<Record<By, string>> = { app: 'No app', project: 'No project', person: 'Nobody', model: 'No model' }

/** The sums, each with its share of the largest as a bar behind the amount. */
export function Groups({ groups, currency, by }: { groups: UsageGroup[]; currency: string; by: By }) {
  if (groups.length === 0)
    return (
      <Text c="dimmed" py="md">
        Nothing was spent in this time.
      </Text>
    )
  const most = Math.max(...groups.map((group) => group.cost), 0)
  return (
    <Table.ScrollContainer minWidth={560} className="card">
      <Table verticalSpacing="xs" horizontalSpacing="md" style={{ fontVariantNumeric: 'tabular-nums' }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th style={{ width: '34%' }}>{by[0]?.toUpperCase() + by.slice(1)}</Table.Th>
            <Table.Th style={{ width: '26%' }}>Cost</Table.Th>
            <Table.Th ta="right">Calls</Table.Th>
            <Table.Th ta="right">Tokens in</Table.Th>
            <Table.Th ta="right">Tokens out</Table.Th>
            <Table.Th ta="right">Sandbox</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {groups.map((group) => (
            <Table.Tr key={group.key}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{group.label || NONE[by] || '–'}</Table.Td>
              <Table.Td>
                {money(group.cost, currency)}
                <div
                  aria-hidden
                  style={{
                    height: 3,
                    borderRadius: 2,
                    marginTop: 4,
                    width: `${most > 0 ? Math.max(0, (group.cost / most) * 100) : 0}%`,
                    background: 'var(--mantine-primary-color-filled)',
                  }}
                />
              </Table.Td>
              <Table.Td ta="right">{count(group.calls)}</Table.Td>
              <Table.Td ta="right">{count(group.inputTokens)}</Table.Td>
              <Table.Td ta="right">{count(group.outputTokens)}</Table.Td>
              <Table.Td ta="right">{time(group.sandboxSeconds)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
