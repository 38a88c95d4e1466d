import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { auditStatusQuery, verifyAudit } from '@/api/audit'
import type { components } from '@/api/schema'
import { ProblemCard } from '@/parts/ProblemCard'
import { ago } from '@/parts/time'

const days = (kept: number) => (kept === 0 ? 'for ever' : `${kept} days`)

/** When the log was last read from end to end, and reading it now. */
export function Integrity({ status }: { status: components['schemas']['AuditStatus'] }) {
  const queryClient = useQueryClient()
  const verifying = useMutation({
    mutationFn: verifyAudit,
    onSettled: () => queryClient.invalidateQueries({ queryKey: auditStatusQuery.queryKey }),
  })
  const last = status.lastVerified
  const bad = verifying.data?.chains.find((chain) => chain.problem !== null)
  return (
    <section aria-label="Integrity" className="card" style={{ padding: '14px 18px' }}>
      <Group justify="space-between" gap="sm">
        <div>
          <Text size="sm">
            {last
              ? `Verified ${ago(last.at)} by ${last.by}: ${last.result}.`
              : 'Not verified yet. Verifying reads every entry and finds any change.'}
          </Text>
          <Text size="xs" c="dimmed">
            Changes are kept {days(status.keptDays.changes)}, queries of apps {days(status.keptDays.queries)}.
          </Text>
        </div>
        {status.mayVerify && (
          <Button variant="default" size="xs" loading={verifying.isPending} onClick={() => verifying.mutate()}>
            Verify now
          </Button>
        )}
      </Group>
      {verifying.isError && <ProblemCard error={verifying.error} />}
      {bad?.problem && (
        <ProblemCard
          error={{
            title: 'The log is not as it was written',
            cause: bad.problem.cause,
            cure: `Keep a copy of the database as it is, then run “vitrail audit verify” on the server (chain ${bad.chain}).`,
          }}
        />
      )}
    </section>
  )
}
