import { Group, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** One subject on a page about somebody or something: a heading, and what there is to see or change. */
export function Block({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="card" style={{ padding: '18px 20px' }}>
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <Title order={2} size="h3">
            {title}
          </Title>
          {actions}
        </Group>
        {children}
      </Stack>
    </section>
  )
}
