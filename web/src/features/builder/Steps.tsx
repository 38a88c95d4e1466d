import { Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Icon } from '@/parts/icons'
import { duration } from '@/parts/time'
import type { Progress, StageRun, Step } from './progress'
import { stageWords } from './progress'
import classes from './Steps.module.css'

/** What a build did and does, stage by stage, with the agent's own steps under it. */
export function Steps({ progress }: { progress: Progress }) {
  return (
    <ol className={classes.list} aria-label="Build steps">
      {progress.runs.map((run, index) => (
        <li key={`${run.stage} ${run.startedAt}`} className={classes.run} data-status={run.status}>
          <span className={classes.sign}>
            <Sign run={run} />
          </span>
          <div className={classes.line}>
            <span>
              {stageWords(run.stage)}
              {round(progress.runs, index)}
            </span>
            <span className={classes.time}>
              {run.durationMs === null ? <Elapsed since={run.startedAt} running={run.status === 'running'} /> : duration(run.durationMs)}
            </span>
          </div>
          {run.steps.length > 0 && (
            <ul className={classes.steps}>
              {run.steps.map((step, number) => (
                <StepLine key={number} step={step} />
              ))}
            </ul>
          )}
        </li>
      ))}
    </ol>
  )
}

function Sign({ run }: { run: StageRun }) {
  if (run.status === 'running') return <Loader size={15} aria-label="Running" />
  const done = run.status === 'done'
  return (
    <span role="img" aria-label={done ? 'Done' : 'Stopped'} style={{ display: 'grid' }}>
      <Icon
        name={done ? 'check' : 'cross'}
        size={16}
        color={
          done
            ? 'light-dark(var(--mantine-color-verdigris-6), var(--mantine-color-verdigris-4))'
            : 'light-dark(var(--mantine-color-ruby-6), var(--mantine-color-ruby-4))'
        }
      />
    </span>
  )
}

/** ", again" from the second passage on: the agent mends what the check found. */
function round(runs: readonly StageRun[], index: number): string {
  const before = runs.slice(0, index).filter((run) => run.stage === runs[index]?.stage).length
  return before > 0 ? ` (round ${before + 1})` : ''
}

function StepLine({ step }: { step: Step }) {
  if (!step.detail || step.detail === step.title) return <li>{step.title}</li>
  return (
    <li>
      <details>
        <summary>{step.title}</summary>
        <div className={classes.detail}>{step.detail}</div>
      </details>
    </li>
  )
}

function Elapsed({ since, running }: { since: number; running: boolean }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [running])
  if (!running) return null
  return `${Math.max(0, Math.floor((now - since) / 1000))} s`
}
