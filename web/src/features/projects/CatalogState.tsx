import { Alert, Group, List, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type CatalogChange, type CatalogState as State, catalogStateQuery } from '@/api/projects'
import { ProblemCard } from '@/parts/ProblemCard'
import { ago } from '@/parts/time'

const SHOWN = 8

/** How a project's catalog stands: where it comes from, what its last reload changed, and what is wrong with it. */
export function CatalogState({ projectId }: { projectId: string }) {
  const state = useQuery(catalogStateQuery(projectId))
  if (state.isPending) return <Skeleton height={48} />
  if (state.isError) return <ProblemCard error={state.error} retry={() => void state.refetch()} />
  return <Standing state={state.data} />
}

/** The same, of a state that is there. */
export function Standing({ state }: { state: State }) {
  return (
    <Stack gap={6} component="section" aria-label="Catalog">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        Catalog <code>{state.version}</code>: {state.explores} explores with {state.fields} fields,{' '}
        {state.uploadedAt
          ? `uploaded ${ago(state.uploadedAt)} by ${state.uploadedBy ?? 'somebody who is gone'}`
          : `read from a ${state.source} ${ago(state.loadedAt)}`}
        .
      </Text>
      {state.failed && (
        <Alert color="ruby" title="The newest catalog can’t be used; the one before is">
          {state.failed.cause} {state.failed.cure}
        </Alert>
      )}
      {state.changes.length > 0 && (
        <details>
          <summary>
            <Text size="sm" span>
              {inWords(state.changes)} by the last {state.uploadedAt ? 'upload' : 'reload'}
            </Text>
          </summary>
          <List size="sm" withPadding aria-label="Changes">
            {state.changes.map((change) => (
              <List.Item key={change.kind + change.explore + change.name}>{sentence(change)}</List.Item>
            ))}
          </List>
        </details>
      )}
      {state.problems.length > 0 && (
        <List size="sm" spacing={6} withPadding aria-label="Catalog problems">
          {state.problems.slice(0, SHOWN).map((problem) => (
            <List.Item key={problem.title + problem.cause} style={{ overflowWrap: 'anywhere' }}>
              <strong>{problem.title}:</strong> {problem.cause}{' '}
              {problem.where && (
                <Text span inherit c="dimmed">
                  ({problem.where})
                </Text>
              )}
              <br />
              {problem.cure}
            </List.Item>
          ))}
          {state.problems.length > SHOWN && (
            <List.Item>and {state.problems.length - SHOWN} more; “vitrail catalog check” lists all.</List.Item>
          )}
        </List>
      )}
      {state.problems.length === 0 && !state.failed && (
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            No problem was found in it.
          </Text>
        </Group>
      )}
    </Stack>
  )
}

const KINDS = ['added', 'removed', 'renamed', 'retyped'] as const

function inWords(changes: CatalogChange[]): string {
  const counts = KINDS.map((kind) => ({ kind, count: changes.filter((change) => change.kind === kind).length }))
  return counts
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}`)
    .join(', ')
}

function sentence({ kind, what, explore, name, before, after }: CatalogChange): string {
  const where = what === 'explore' ? '' : ` in ${explore}`
  if (kind === 'renamed') return `${what} ${before} is now ${after}${where}`
  if (kind === 'retyped') return `${what} ${name}${where} is now ${after}, was ${before}`
  return `${what} ${name}${where} ${kind}`
}
