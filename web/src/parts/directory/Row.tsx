import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'

interface RowProps {
  label: string
  /** The name, usually a link. */
  title: ReactNode
  marks?: ReactNode
  children?: ReactNode
  actions?: ReactNode
}

/** One line of a list of the directory. */
export function Row({ label, title, marks, children, actions }: RowProps) {
  return (
    <li aria-label={label} style={{ padding: '12px 18px' }}>
      <Group justify="space-between" gap="sm">
        <div style={{ minWidth: 0, flex: '1 1 240px' }}>
          <Group gap={8}>
            <Text fw={580} style={{ overflowWrap: 'anywhere' }} component="div">
              {title}
            </Text>
            {marks}
          </Group>
          {children && (
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }} component="div">
              {children}
            </Text>
          )}
        </div>
        {actions && <Group gap={6}>{actions}</Group>}
      </Group>
    </li>
  )
}
