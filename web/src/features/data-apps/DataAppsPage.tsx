import { Alert, Badge, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Problem } from '@/api/problem'
import { dataAppsQuery, type PartName, testParts, withResults } from '@/api/system'
import { Loaded } from '@/parts/Loaded'
import { TextLink } from '@/parts/links'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'
import { ProblemCard } from '@/parts/ProblemCard'
import { PartRow } from './PartRow'

export default function DataAppsPage() {
  const { features } = useMe()
  const { enabled, cause, cure } = features.dataApps
  const status = useQuery(dataAppsQuery)
  const tests = useTests()
  const parts = status.data ?? []
  const wrong = parts.filter((part) => part.state === 'wrong').length
  const untested = parts.filter((part) => part.state === 'untested').length
  const refused = status.error instanceof Problem && status.error.status === 403
  return (
    <Page
      title="Data apps settings"
      narrow
      actions={
        parts.length > 0 && (
          <Button
            variant="default"
            loading={tests.running.size > 0}
            onClick={() => tests.run(parts.filter((part) => part.note).map((part) => part.name as PartName))}
          >
            Test everything
          </Button>
        )
      }
    >
      <Stack gap="xl">
        {enabled ? (
          <Alert color="verdigris" variant="light" radius="md">
            <Text size="sm">
              <strong>Data apps are on.</strong> Whoever holds <code>create:DataApp</code> finds “Data apps” in the New
              menu (with <code>create:DataApp@preview</code>, in preview projects).
            </Text>
          </Alert>
        ) : (
          <ProblemCard tone="notice" error={{ title: 'Data apps are off', cause: cause ?? '', cure }}>
            <Text size="sm" c="dimmed">
              Apps that were made stay listed, and their sources can be read. Nothing is deleted.
            </Text>
          </ProblemCard>
        )}
        <section aria-labelledby="parts">
          <Group mb="md" gap="sm">
            <Title order={2} id="parts">
              What they need
            </Title>
            {parts.length > 0 && (
              <Badge variant="light" color={wrong > 0 ? 'ruby' : untested > 0 ? 'gray' : 'verdigris'} tt="none">
                {wrong > 0 ? `${wrong} to look at` : untested > 0 ? `${untested} not tested` : 'All in order'}
              </Badge>
            )}
          </Group>
          {tests.error !== null && (
            <div style={{ marginBottom: 16 }}>
              <ProblemCard error={tests.error} />
            </div>
          )}
          {refused ? (
            <Text c="dimmed">Only administrators see the state of each part. Ask one of them to look here.</Text>
          ) : (
            <Loaded query={status} waiting={<Skeleton height={480} radius="lg" />}>
              {(all) => (
                <ul className="card rows" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
                  {all.map((part) => (
                    <PartRow
                      key={part.name}
                      part={part}
                      testing={tests.running.has(part.name)}
                      onTest={() => tests.run([part.name as PartName])}
                    />
                  ))}
                </ul>
              )}
            </Loaded>
          )}
        </section>
        {!refused && (
          <Text size="sm" c="dimmed">
            The same is told by <code>vitrail doctor</code> on the server. What the licence allows is on the page{' '}
            <TextLink to="/settings/licence">Licence</TextLink>.
          </Text>
        )}
      </Stack>
    </Page>
  )
}

/** Each part is tested by a request of its own, so that each shows its result when it has it. */
function useTests() {
  const queryClient = useQueryClient()
  const [running, setRunning] = useState<ReadonlySet<string>>(new Set())
  const testing = useMutation({
    mutationFn: testParts,
    onSuccess: (tested) =>
      queryClient.setQueryData(dataAppsQuery.queryKey, (known) => (known ? withResults(known, tested) : known)),
    onSettled: async (_answer, _error, names) => {
      setRunning((now) => new Set([...now].filter((name) => !names.includes(name as PartName))))
      await queryClient.invalidateQueries({ queryKey: ['me'] })
    },
  })
  return {
    running,
    error: testing.error,
    run: (names: PartName[]) => {
      setRunning((now) => new Set([...now, ...names]))
      for (const name of names) testing.mutate([name])
    },
  }
}
