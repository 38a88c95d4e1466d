import { Text } from '@mantine/core'
import type { BigNumberLook } from '@/api/charts'
import type { Shown } from './answer'
import classes from './charts.module.css'
import { headline } from './headline'

const ARROW = { up: '▲', down: '▼', same: '=' }
const WORD = { up: 'up', down: 'down', same: 'unchanged' }

export function BigNumber({ answer, look }: { answer: Shown; look: BigNumberLook }) {
  const found = headline(answer, look)
  if (!found) {
    return (
      <div className={classes.nothing}>
        <Text size="sm" c="dimmed">
          The answer has no such number.
        </Text>
      </div>
    )
  }
  const { change } = found
  const tone = change?.good === true ? 'verdigris' : change?.good === false ? 'ruby' : 'lead'
  return (
    <div className={classes.headline}>
      <Text size="sm" c="dimmed">
        {found.of ? `${found.label} · ${found.of}` : found.label}
      </Text>
      <div className={classes.number}>{found.text}</div>
      {change && (
        <Text size="sm" c={`light-dark(var(--mantine-color-${tone}-7), var(--mantine-color-${tone}-3))`}>
          <span aria-hidden="true">{ARROW[change.direction]} </span>
          <span className="heard">{WORD[change.direction]} </span>
          {change.text}{' '}
          <Text span inherit c="dimmed">
            against {change.against}
          </Text>
        </Text>
      )}
    </div>
  )
}
