import { ActionIcon, Group, Loader, Text, Tooltip } from '@mantine/core'
import { useInterval } from '@mantine/hooks'
import { useState } from 'react'
import { Icon } from './icons'
import { exactly, momentInWords } from './time'

interface AnswerAgeProps {
  /** When the warehouse gave the numbers; nothing as long as there are none. */
  asOf: string | null | undefined
  refreshing: boolean
  onRefresh: () => void
}

/** How old numbers are, and a way to have them anew. */
export function AnswerAge({ asOf, refreshing, onRefresh }: AnswerAgeProps) {
  // How old they were when somebody asked. The news is told, because a refresh may change nothing that is seen.
  const [before, setBefore] = useState<string | null>(null)
  if (!asOf) return null
  return (
    <Group gap={4} wrap="nowrap">
      <Age asOf={asOf} />
      <Tooltip label="Ask the warehouse anew">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="md"
          aria-label="Refresh"
          aria-busy={refreshing}
          onClick={() => {
            if (refreshing) return
            setBefore(asOf)
            onRefresh()
          }}
        >
          {refreshing ? <Loader size={14} /> : <Icon name="refresh" size={16} />}
        </ActionIcon>
      </Tooltip>
      <span className="heard" role="status">
        {before !== null && before !== asOf && !refreshing ? 'The numbers are new.' : ''}
      </span>
    </Group>
  )
}

const TICK_MS = 20_000

interface AgeProps {
  asOf: string
  /** Without "as of", where there is little room. */
  short?: boolean
  /** Newer ones are on their way. */
  asking?: boolean
}

/** "as of 10:32", with the exact moment on request. */
export function Age({ asOf, short = false, asking = false }: AgeProps) {
  const [now, setNow] = useState(Date.now)
  useInterval(() => setNow(Date.now()), TICK_MS, { autoInvoke: true })
  const words = momentInWords(asOf, Math.max(now, Date.parse(asOf)))
  return (
    <Tooltip
      label={`From the warehouse on ${exactly(asOf)}`}
      multiline
      maw={300}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Text
        component="time"
        dateTime={asOf}
        tabIndex={0}
        size={short ? 'xs' : 'sm'}
        c="dimmed"
        aria-busy={asking}
        style={{ whiteSpace: 'nowrap', borderRadius: 4, opacity: asking ? 0.5 : 1 }}
      >
        {short ? <span className="heard">as of </span> : 'as of '}
        {words}
      </Text>
    </Tooltip>
  )
}
