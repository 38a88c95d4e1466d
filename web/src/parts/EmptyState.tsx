import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Glass } from './Glass'

interface EmptyStateProps {
  title: string
  children: ReactNode
  action?: ReactNode
}

export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <Stack align="center" gap="sm" py={56} px="md" ta="center">
      <div style={{ width: 72, height: 84 }}>
        <Glass seed={title} columns={3} rows={4} arched quiet />
      </div>
      <Title order={2}>{title}</Title>
      <Text c="dimmed" maw={440} component="div">
        {children}
      </Text>
      {action}
    </Stack>
  )
}
