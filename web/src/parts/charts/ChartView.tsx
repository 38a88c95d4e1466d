import { Skeleton, Text } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import type { ChartConfig } from '@/api/charts'
import type { QueryAnswer } from '@/api/types'
import { shown } from './answer'
import { BigNumber } from './BigNumber'
import classes from './charts.module.css'
import { DataTable } from './DataTable'

// The drawing library comes with the first chart that needs it.
const Drawing = lazy(() => import('./Drawing'))

interface ChartViewProps {
  answer: QueryAnswer
  config: ChartConfig
  /** What a screen reader says of the drawing. */
  name: string
}

/** An answer, drawn as its chart says. It fills what it is put into. */
export function ChartView({ answer, config, name }: ChartViewProps) {
  const dressed = useMemo(() => shown(answer, config), [answer, config])
  if (dressed.rows.length === 0) {
    return (
      <div className={classes.nothing}>
        <Text size="sm" c="dimmed">
          No rows: nothing that you may see fits this question.
        </Text>
      </div>
    )
  }
  switch (config.type) {
    case 'table':
      return <DataTable answer={dressed} config={config} />
    case 'big_number':
      return <BigNumber answer={dressed} look={config} />
    default:
      return (
        <Suspense fallback={<Skeleton height="100%" mih={120} />}>
          <Drawing answer={dressed} config={config} name={name} />
        </Suspense>
      )
  }
}
