import { Alert, Badge, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Problem } from '@/api/problem'
import { doctorQuery } from '@/api/system'
import { Loaded } from '@/parts/Loaded'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'
import { ProblemCard } from '@/parts/ProblemCard'
import { CheckRow } from './CheckRow'

export default function DataAppsPage() {
  const { features } = useMe()
  const { enabled, cause, cure } = features.dataApps
  const doctor = useQuery(doctorQuery)
  const wrong = doctor.data?.filter((check) => !check.ok).length ?? 0
  const refused = doctor.error instanceof Problem && doctor.error.status === 403
  return (
    <Page
      title="Data apps settings"
      narrow
      actions={
        <Button variant="default" loading={doctor.isFetching} onClick={() => void doctor.refetch()}>
          Check again
        </Button>
      }
    >
      <Stack gap="xl">
        {enabled ? (
          <Alert color="verdigris" variant="light" radius="md">
            <Text size="sm">
              <strong>Data apps are on.</strong> People who hold <code>create:DataApp</code> find “Data app” in the New
              menu.
            </Text>
          </Alert>
        ) : (
          <ProblemCard tone="notice" error={{ title: 'Data apps are off', cause: cause ?? '', cure }} />
        )}
        <section aria-labelledby="checks">
          <Group mb="md" gap="sm">
            <Title order={2} id="checks">
              What they need
            </Title>
            {doctor.data && (
              <Badge variant="light" color={wrong === 0 ? 'verdigris' : 'amber'} tt="none">
                {wrong === 0 ? 'All in order' : `${wrong} to look at`}
              </Badge>
            )}
          </Group>
          {refused ? (
            <Text c="dimmed">Only administrators see the state of each part. Ask one of them to look here.</Text>
          ) : (
            <Loaded query={doctor} waiting={<Skeleton height={320} radius="lg" />}>
              {(checks) => (
                <ul className="card" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
                  {checks.map((check, index) => (
                    <CheckRow key={check.name} check={check} first={index === 0} />
                  ))}
                </ul>
              )}
            </Loaded>
          )}
        </section>
      </Stack>
    </Page>
  )
}
