import type { BuildEvent } from '@/api/events'
import type { Stage } from '@/api/types'

export interface Step {
  kind: string
  title: string
  detail: string
}

/** One passage through a stage; a build that is mended passes `generating` and `checking` again. */
export interface StageRun {
  stage: string
  status: 'running' | 'done' | 'failed'
  /** Milliseconds since the epoch. */
  startedAt: number
  durationMs: number | null
  steps: Step[]
}

export interface Progress {
  runs: StageRun[]
  ended: boolean
}

export const NOTHING_YET: Progress = { runs: [], ended: false }

const WORDS: Record<string, string> = {
  pending: 'Waiting for its turn',
  sandbox: 'Preparing the sandbox',
  catalog: 'Reading the catalog',
  generating: 'Writing the app',
  checking: 'Checking it in a browser',
  packaging: 'Packaging',
}

/** The stages in the order in which a build passes them. */
export const STAGES = Object.keys(WORDS)

export const stageWords = (stage: string): string => WORDS[stage] ?? stage

const asStatus = (status: string): StageRun['status'] =>
  status === 'done' || status === 'failed' ? status : 'running'

/** The progress after one more event. A stage's line may come several times: its begin, then its end. */
export function advance(progress: Progress, event: BuildEvent): Progress {
  switch (event.name) {
    case 'stage': {
      const startedAt = Date.parse(event.startedAt)
      const known = progress.runs.findIndex((run) => run.stage === event.stage && run.startedAt === startedAt)
      const run: StageRun = {
        stage: event.stage,
        status: asStatus(event.status),
        startedAt,
        durationMs: event.durationMs,
        steps: progress.runs[known]?.steps ?? [],
      }
      const runs = known < 0 ? [...progress.runs, run] : progress.runs.with(known, run)
      return { ...progress, runs }
    }
    case 'step': {
      const last = progress.runs.at(-1)
      if (!last) return progress
      const step: Step = { kind: event.kind, title: event.title, detail: event.detail }
      return { ...progress, runs: progress.runs.with(-1, { ...last, steps: [...last.steps, step] }) }
    }
    case 'done':
      return { ...progress, ended: true }
  }
}

/** The progress of a version as its record tells it: without the steps, which only the stream has. */
export function fromRecord(stages: readonly Stage[], ended: boolean): Progress {
  return {
    ended,
    runs: stages.map((stage) => ({
      stage: stage.stage,
      status: asStatus(stage.status),
      startedAt: Date.parse(stage.startedAt),
      durationMs: stage.durationMs ?? null,
      steps: [],
    })),
  }
}

/**
 * How far each stage is, for the window that fills with light. A stage that runs again is not done any more; one that
 * was passed without a line of its own is.
 */
export function lights(progress: Progress): Record<string, StageRun['status']> {
  const told = Object.fromEntries(progress.runs.map((run) => [run.stage, run.status]))
  const furthest = Math.max(-1, ...progress.runs.map((run) => STAGES.indexOf(run.stage)))
  const passed = STAGES.slice(0, Math.max(0, furthest)).map((stage) => [stage, 'done'] as const)
  return { ...Object.fromEntries(passed), ...told }
}
