import { Button, Collapse, Loader, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { Version } from '@/api/types'
import { underWay } from '@/api/apps'
import { Icon } from '@/parts/icons'
import { Markdown } from '@/parts/Markdown'
import { ProblemCard } from '@/parts/ProblemCard'
import { StatusBadge } from '@/parts/status'
import { duration } from '@/parts/time'
import classes from './Chat.module.css'
import { fromRecord, type Progress } from './progress'
import { Steps } from './Steps'
import { useBuild } from './useBuild'

interface TurnProps {
  appId: string
  version: Version
  live: Progress | null
  lost: boolean
  /** Whether the reader may see how it was built. */
  inside: boolean
}

/** One prompt and what came of it. */
export function Turn({ appId, version, live, lost, inside }: TurnProps) {
  const ended = !underWay(version)
  return (
    <article aria-label={`Version ${version.number}`} style={{ display: 'contents' }}>
      <div className={classes.prompt}>
        <span className="heard">You asked: </span>
        {version.restoredFrom === null ? version.prompt : `Restore version ${version.restoredFrom}`}
      </div>
      <div className={classes.answer}>
        <div className={classes.caption}>
          <strong>Version {version.number}</strong>
          <StatusBadge status={version.status} />
          {version.durationMs !== null && <span>{duration(version.durationMs)}</span>}
        </div>
        {live && (
          <div className={`card ${classes.box}`} aria-live="polite">
            <Steps progress={live.runs.length > 0 ? live : fromRecord(version.stages, false)} />
            {live.runs.length === 0 && version.stages.length === 0 && <Loader size="sm" type="dots" mb="xs" />}
            {lost && (
              <Text size="xs" c="dimmed" pb={6} role="status">
                The connection was lost; trying again. The build goes on meanwhile.
              </Text>
            )}
          </div>
        )}
        {version.reply && <Markdown>{version.reply}</Markdown>}
        {version.notUnderstood.length > 0 && (
          <div className={classes.unclear}>
            <strong>Not understood</strong>
            <ul>
              {version.notUnderstood.map((part) => (
                <li key={part}>{part}</li>
              ))}
            </ul>
          </div>
        )}
        {version.error && <ProblemCard error={version.error} />}
        {version.status === 'cancelled' && !version.error && (
          <Text size="sm" c="dimmed">
            Stopped. Nothing of the versions before it has changed.
          </Text>
        )}
        {version.status === 'ready' && version.rendered && !version.rendered.ok && (
          <ProblemCard
            tone="notice"
            error={{ title: 'Not checked in a browser', cause: version.rendered.reason ?? '', cure: null }}
          />
        )}
        {inside && ended && version.stages.length > 0 && <Trace appId={appId} version={version} />}
      </div>
    </article>
  )
}

/** How an ended version was built, for those who want to know; its steps are fetched when asked for. */
function Trace({ appId, version }: { appId: string; version: Version }) {
  const [opened, { toggle }] = useDisclosure(false)
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        ml={-8}
        aria-expanded={opened}
        rightSection={<Icon name={opened ? 'chevronDown' : 'chevronRight'} size={14} />}
        onClick={toggle}
      >
        How it was built
      </Button>
      <Collapse expanded={opened}>
        <div className={`card ${classes.box}`} style={{ marginTop: 6 }}>
          {version.model && (
            <Text size="xs" c="dimmed" mb={8}>
              Written by {version.model}
            </Text>
          )}
          {opened && <Replay appId={appId} version={version} />}
        </div>
      </Collapse>
    </div>
  )
}

function Replay({ appId, version }: { appId: string; version: Version }) {
  const { progress } = useBuild(appId, version.number, true)
  return <Steps progress={progress.runs.length > 0 ? progress : fromRecord(version.stages, true)} />
}
