import { Button, Loader, Text, Title } from '@mantine/core'
import { underWay } from '@/api/apps'
import type { App, Version } from '@/api/types'
import { AnswerAge } from '@/parts/AnswerAge'
import { AppFrame } from '@/parts/AppFrame'
import { Icon } from '@/parts/icons'
import { useAppNumbers } from '@/parts/useAppNumbers'
import classes from './BuilderPage.module.css'
import { BuildWindow } from './BuildWindow'
import { fromRecord, type Progress, stageWords } from './progress'

interface PreviewProps {
  app: App
  newest: Version | undefined
  shown: number | null
  progress: Progress
  onShowNewest: () => void
}

/** The running app. While a newer version is built, the last one that works stays. */
export function Preview({ app, newest, shown, progress, onShowNewest }: PreviewProps) {
  const numbers = useAppNumbers()
  if (shown === null) return <Waiting newest={newest} progress={progress} />
  return (
    <section className={classes.preview} aria-label="Preview">
      <Notice app={app} newest={newest} shown={shown} onShowNewest={onShowNewest} />
      <div className={classes.numbers}>
        <AnswerAge asOf={numbers.asOf} refreshing={numbers.refreshing} onRefresh={numbers.refresh} />
      </div>
      <AppFrame key={shown} appId={app.id} version={shown} title={app.name} {...numbers.frame} />
    </section>
  )
}

function Notice({ app, newest, shown, onShowNewest }: Omit<PreviewProps, 'progress' | 'shown'> & { shown: number }) {
  if (newest && underWay(newest)) {
    return (
      <div className={classes.notice} role="status">
        <Loader size={14} />
        Version {newest.number} is being built. This is version {shown}.
      </div>
    )
  }
  if (shown !== app.readyVersion) {
    return (
      <div className={classes.notice} role="status">
        <Icon name="info" size={16} />
        This is version {shown}, an earlier one.
        <Button size="compact-xs" variant="default" onClick={onShowNewest}>
          Show version {app.readyVersion}
        </Button>
      </div>
    )
  }
  if (newest && newest.number !== shown) {
    return (
      <div className={classes.notice} role="status">
        <Icon name="info" size={16} />
        Version {newest.number} {newest.status === 'cancelled' ? 'was stopped' : 'failed'}. This is version {shown}.
      </div>
    )
  }
  return null
}

function Waiting({ newest, progress }: { newest: Version | undefined; progress: Progress }) {
  const building = newest !== undefined && underWay(newest)
  const told = progress.runs.length > 0 ? progress : fromRecord(newest?.stages ?? [], !building)
  const now = told.runs.at(-1)
  return (
    <section className={classes.waiting} aria-label="Preview">
      <BuildWindow progress={told} size={190} />
      <div>
        <Title order={2}>
          {building ? (now ? stageWords(now.stage) : 'Starting') : 'No version is ready yet'}
        </Title>
        <Text c="dimmed" mt={4} maw={380}>
          {building
            ? 'Your app appears here as soon as it is checked on real data. You may leave this page: the build goes on.'
            : 'The chat tells what happened. Write again, or say it in another way.'}
        </Text>
      </div>
    </section>
  )
}
