import { Box, Button, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { asProblem, Problem } from '@/api/problem'
import { Icon } from './icons'
import { Administrators } from './why/WhoHelps'

interface ProblemLike {
  title: string
  cause: string
  cure?: string | null
}

interface ProblemCardProps {
  /** Anything thrown, or an error as the API stores it. */
  error: unknown
  retry?: () => void
  tone?: 'error' | 'notice'
  children?: ReactNode
}

function readable(error: unknown): ProblemLike {
  if (typeof error === 'object' && error !== null && !(error instanceof Error) && 'cause' in error) {
    return error as ProblemLike
  }
  const problem = asProblem(error)
  return { title: problem.title, cause: problem.cause, cure: problem.cure }
}

/** Every failure in the pages: what happened, why, and what the reader can do about it. */
export function ProblemCard({ error, retry, tone = 'error', children }: ProblemCardProps) {
  const { title, cause, cure } = readable(error)
  const colour = tone === 'error' ? 'ruby' : 'amber'
  return (
    <Box
      role={tone === 'error' ? 'alert' : 'status'}
      p="md"
      style={{
        borderRadius: 'var(--mantine-radius-md)',
        background: `light-dark(var(--mantine-color-${colour}-0), color-mix(in srgb, var(--mantine-color-${colour}-8) 18%, var(--v-surface)))`,
        border: `1px solid light-dark(var(--mantine-color-${colour}-2), color-mix(in srgb, var(--mantine-color-${colour}-5) 35%, transparent))`,
      }}
    >
      <Group align="flex-start" gap="sm" wrap="nowrap">
        <Icon name="warning" size={20} color={`light-dark(var(--mantine-color-${colour}-7), var(--mantine-color-${colour}-4))`} />
        <Stack gap={6} style={{ minWidth: 0, flex: 1 }}>
          <Text fw={620} lh={1.3}>
            {title}
          </Text>
          {cause && (
            <Text size="sm" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>
              {cause}
            </Text>
          )}
          {cure && (
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              <Text span inherit fw={600}>
                What you can do:{' '}
              </Text>
              {cure}
            </Text>
          )}
          {error instanceof Problem && error.code === 'forbidden' && <Administrators />}
          {(retry || children) && (
            <Group gap="xs" mt={4}>
              {retry && (
                <Button size="compact-sm" variant="default" onClick={retry}>
                  Try again
                </Button>
              )}
              {children}
            </Group>
          )}
        </Stack>
      </Group>
    </Box>
  )
}
