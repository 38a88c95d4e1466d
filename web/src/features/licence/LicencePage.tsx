import { Badge, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Problem } from '@/api/problem'
import { licenceQuery, testParts } from '@/api/system'
import type { Licence } from '@/api/types'
import { Loaded } from '@/parts/Loaded'
import { Page } from '@/parts/Page'
import { ProblemCard } from '@/parts/ProblemCard'
import { ago } from '@/parts/time'
import { FeatureRow } from './FeatureRow'

const LOOKS: Record<Licence['status'], { label: string; colour: string }> = {
  none: { label: 'None', colour: 'gray' },
  valid: { label: 'Valid', colour: 'verdigris' },
  expiring: { label: 'Ends soon', colour: 'amber' },
  expired: { label: 'Ended', colour: 'ruby' },
  suspended: { label: 'Suspended', colour: 'ruby' },
  invalid: { label: 'Can’t be used', colour: 'ruby' },
}

const SOURCES: Record<string, string> = {
  key: 'A signed key, checked offline',
  file: 'A licence file, checked offline',
  online: 'A licence server',
}

const day = (iso: string) => new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(iso))
const minute = (iso: string) =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))

export default function LicencePage() {
  const licence = useQuery(licenceQuery)
  const queryClient = useQueryClient()
  const asking = useMutation({
    mutationFn: () => testParts(['licence']),
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ['licence'] }),
        queryClient.invalidateQueries({ queryKey: ['me'] }),
      ]),
  })
  const refused = licence.error instanceof Problem && licence.error.status === 403
  return (
    <Page
      title="Licence"
      narrow
      actions={
        licence.data?.server && (
          <Button variant="default" loading={asking.isPending} onClick={() => asking.mutate()}>
            Ask the licence server now
          </Button>
        )
      }
    >
      {refused ? (
        <Text c="dimmed">Only administrators see the licence. Ask one of them to look here.</Text>
      ) : (
        <Loaded query={licence} waiting={<Skeleton height={420} radius="lg" />}>
          {(held) => (
            <Stack gap="xl">
              {asking.isError && <ProblemCard error={asking.error} />}
              <State licence={held} />
              <section aria-labelledby="features">
                <Title order={2} id="features" mb="xs">
                  What it allows
                </Title>
                <Text size="sm" c="dimmed" mb="md">
                  Off means that nothing new is made. What was made stays and can be taken away, and nobody’s access
                  changes.
                </Text>
                <ul className="card rows" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
                  {held.features.map((feature) => (
                    <FeatureRow key={feature.feature} feature={feature} />
                  ))}
                </ul>
              </section>
            </Stack>
          )}
        </Loaded>
      )}
    </Page>
  )
}

function State({ licence }: { licence: Licence }) {
  const look = LOOKS[licence.status]
  const fine = licence.status === 'valid' && !licence.server?.error
  return (
    <section aria-label="State of the licence">
      <Group gap="sm" mb="md">
        <Badge color={look.colour} variant="light" size="lg" tt="none">
          {look.label}
        </Badge>
        {fine && <Text>{licence.cause}</Text>}
      </Group>
      {!fine && (
        <div style={{ marginBottom: 16 }}>
          <ProblemCard
            tone={licence.status === 'expiring' || licence.status === 'valid' ? 'notice' : 'error'}
            error={{
              title: licence.status === 'none' ? 'There is no licence' : `The licence: ${look.label.toLowerCase()}`,
              cause: licence.cause,
              cure: licence.cure,
            }}
          />
        </div>
      )}
      {licence.status !== 'none' && (
        <dl className="card" style={{ margin: 0, padding: '6px 18px' }}>
          <Fact name="Holder">{licence.holder}</Fact>
          <Fact name="Checked by">{SOURCES[licence.source]}</Fact>
          <Fact name="Issued">{licence.issued && day(licence.issued)}</Fact>
          <Fact name="Ends">{licence.expiry ? day(licence.expiry) : licence.id && 'Does not end'}</Fact>
          <Fact name="Licence file counts until">{licence.renewBy && day(licence.renewBy)}</Fact>
          <Fact name="Licence server">{licence.server?.host}</Fact>
          <Fact name="Last answer">{licence.server?.answeredAt && ago(licence.server.answeredAt)}</Fact>
          <Fact name="Asked again">{licence.server?.nextAt && minute(licence.server.nextAt)}</Fact>
          <Fact name="Grace until">{licence.server?.graceUntil && minute(licence.server.graceUntil)}</Fact>
          <Fact name="Id">{licence.id && <code>{licence.id}</code>}</Fact>
          <Fact name="Fingerprint">
            <code>{licence.fingerprint}</code>
          </Fact>
        </dl>
      )}
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (!children) return null
  return (
    <Group gap="md" py={7} wrap="wrap" justify="space-between">
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" m={0} style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </Group>
  )
}
