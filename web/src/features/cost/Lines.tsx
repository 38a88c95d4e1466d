import { Badge, Button, Group, Modal, NumberInput, Skeleton, Stack, Table, Text, Textarea, Title } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Asked, correctLine, csvAddress, linesQuery, type UsageEntry } from '@/api/cost'
import { Loaded } from '@/parts/Loaded'
import { ProblemCard } from '@/parts/ProblemCard'
import { count, money, time } from './figures'

const at = (iso: string) =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))

/** The ledger itself, newest first. */
export function Lines({ asked, mayCorrect }: { asked: Asked; mayCorrect: boolean }) {
  const lines = useInfiniteQuery(linesQuery(asked))
  const [correcting, setCorrecting] = useState<UsageEntry | null>(null)
  const currency = lines.data?.pages[0]?.currency ?? 'USD'
  return (
    <section aria-labelledby="lines">
      <Group mb="md" justify="space-between">
        <Title order={2} id="lines">
          Lines
        </Title>
        <Button component="a" variant="subtle" size="compact-sm" href={csvAddress('usage/entries.csv', asked)} download>
          Download all lines
        </Button>
      </Group>
      <Loaded query={lines} waiting={<Skeleton height={240} radius="lg" />}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries)
          if (entries.length === 0) return <Text c="dimmed">No lines in this time.</Text>
          return (
            <>
              <Table.ScrollContainer minWidth={720} className="card">
                <Table verticalSpacing="xs" horizontalSpacing="md" style={{ fontVariantNumeric: 'tabular-nums' }}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>When</Table.Th>
                      <Table.Th>Who</Table.Th>
                      <Table.Th>For</Table.Th>
                      <Table.Th>What</Table.Th>
                      <Table.Th ta="right">Cost</Table.Th>
                      {mayCorrect && <Table.Th aria-label="Correct" />}
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {entries.map((entry) => (
                      <Table.Tr key={entry.id}>
                        <Table.Td style={{ whiteSpace: 'nowrap' }}>{at(entry.at)}</Table.Td>
                        <Table.Td>{entry.person?.name ?? '–'}</Table.Td>
                        <Table.Td>
                          {entry.app?.name ?? '–'}
                          {entry.version !== null && ` · v${entry.version}`}
                        </Table.Td>
                        <Table.Td>
                          <What entry={entry} />
                        </Table.Td>
                        <Table.Td ta="right">{entry.cost === null ? 'no price' : money(entry.cost, currency)}</Table.Td>
                        {mayCorrect && (
                          <Table.Td ta="right">
                            {entry.kind !== 'correction' && (
                              <Button variant="subtle" size="compact-xs" onClick={() => setCorrecting(entry)}>
                                Correct
                              </Button>
                            )}
                          </Table.Td>
                        )}
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              {lines.hasNextPage && (
                <Button
                  variant="default"
                  mt="md"
                  loading={lines.isFetchingNextPage}
                  onClick={() => void lines.fetchNextPage()}
                >
                  Show more
                </Button>
              )}
            </>
          )
        }}
      </Loaded>
      <Modal opened={correcting !== null} onClose={() => setCorrecting(null)} title="Correct a line">
        {correcting && <Correct entry={correcting} currency={currency} onDone={() => setCorrecting(null)} />}
      </Modal>
    </section>
  )
}

function What({ entry }: { entry: UsageEntry }) {
  if (entry.kind === 'sandbox') return <>Sandbox, {time(entry.sandboxSeconds)}</>
  if (entry.kind === 'correction')
    return (
      <Group gap={6}>
        <Badge size="sm" variant="light" tt="none">
          Correction
        </Badge>
        <span>{entry.note}</span>
      </Group>
    )
  return (
    <>
      {entry.model}
      <Text size="xs" c="dimmed">
        {entry.stage} · {count(entry.inputTokens)} in, {count(entry.outputTokens)} out
      </Text>
    </>
  )
}

function Correct({ entry, currency, onDone }: { entry: UsageEntry; currency: string; onDone: () => void }) {
  const [cost, setCost] = useState<number | string>('')
  const [note, setNote] = useState('')
  const queryClient = useQueryClient()
  const correcting = useMutation({
    mutationFn: () => correctLine(entry.id, Number(cost), note.trim()),
    onSuccess: async () => {
      await Promise.all(['usage', 'usage-lines', 'budgets'].map((key) => queryClient.invalidateQueries({ queryKey: [key] })))
      onDone()
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        correcting.mutate()
      }}
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          The line stays as it was written. A line is added beside it, counted today; less than zero takes away.
        </Text>
        <NumberInput label={`Amount in ${currency}`} value={cost} onChange={setCost} decimalScale={6} required />
        <Textarea
          label="Why"
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          maxLength={2000}
          autosize
          minRows={2}
          required
        />
        {correcting.isError && <ProblemCard error={correcting.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={correcting.isPending} disabled={cost === '' || note.trim() === ''}>
            Add correction
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
