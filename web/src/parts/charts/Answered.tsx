import { Skeleton, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ChartConfig } from '@/api/charts'
import type { QueryAnswer } from '@/api/types'
import { ProblemCard } from '../ProblemCard'
import { ChartView } from './ChartView'

interface AnsweredProps {
  query: UseQueryResult<QueryAnswer>
  config: ChartConfig
  name: string
}

/** A chart in each state of its answer: asked, refused, empty, cut off, there. Old rows stay, dimmed, while newer ones
 * are on their way. */
export function Answered({ query, config, name }: AnsweredProps) {
  if (query.isError) {
    return (
      <div style={{ height: '100%', overflow: 'auto' }}>
        <ProblemCard error={query.error} retry={() => void query.refetch()} />
      </div>
    )
  }
  if (!query.data) return <Skeleton height="100%" mih={80} aria-label={`Loading ${name}`} role="status" />
  const { truncated, limit } = query.data
  return (
    <div
      aria-busy={query.isPlaceholderData}
      style={{
        height: '100%',
        minHeight: 0,
        display: 'flex',
        flexDirection: 'column',
        opacity: query.isPlaceholderData ? 0.5 : 1,
        transition: 'opacity 120ms',
      }}
    >
      <div style={{ flex: 1, minHeight: 0 }}>
        <ChartView answer={query.data} config={config} name={name} />
      </div>
      {truncated && config.type !== 'big_number' && (
        <Text size="xs" c="dimmed" pt={4}>
          The first {limit.toLocaleString('en')} rows; there are more.
        </Text>
      )}
    </div>
  )
}
