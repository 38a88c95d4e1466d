import { expect, test } from 'vitest'
import type { BuildEvent } from '@/api/events'
import { advance, fromRecord, lights, NOTHING_YET } from './progress'

const stage = (name: string, status: string, startedAt: string, durationMs: number | null = null): BuildEvent => ({
  name: 'stage',
  stage: name,
  status,
  startedAt: `2026-11-22T10:00:${startedAt}Z`,
  durationMs,
})
const step = (title: string): BuildEvent => ({ name: 'step', kind: 'tool', title, detail: '' })
const after = (...events: BuildEvent[]) => events.reduce(advance, NOTHING_YET)

test('a stage that ends keeps its steps and gets its duration', () => {
  const { runs } = after(
    stage('generating', 'running', '01'),
    step('Searched the catalog'),
    stage('generating', 'done', '01', 380),
    stage('checking', 'running', '02'),
  )
  expect(runs).toMatchObject([
    { stage: 'generating', status: 'done', durationMs: 380, steps: [{ title: 'Searched the catalog' }] },
    { stage: 'checking', status: 'running', durationMs: null, steps: [] },
  ])
})

test('a round of mending is a run of its own', () => {
  const progress = after(
    stage('generating', 'done', '01', 10),
    stage('checking', 'failed', '02', 10),
    stage('generating', 'running', '03'),
    step('Mended'),
  )
  expect(progress.runs.map((run) => run.stage)).toEqual(['generating', 'checking', 'generating'])
  expect(progress.runs.at(-1)?.steps).toHaveLength(1)
  expect(lights(progress)).toMatchObject({ sandbox: 'done', generating: 'running', checking: 'failed' })
  expect(lights(progress).packaging).toBeUndefined()
})

test('seeing the same line twice changes nothing', () => {
  const line = stage('pending', 'running', '01')
  expect(after(line, line).runs).toHaveLength(1)
})

test('`done` ends it, and a record tells the same without steps', () => {
  expect(after({ name: 'done', status: 'ready' }).ended).toBe(true)
  const { runs } = fromRecord([{ stage: 'checking', status: 'done', startedAt: '2026-11-22T10:00:00Z', durationMs: 5 }], true)
  expect(runs).toMatchObject([{ stage: 'checking', status: 'done', durationMs: 5, steps: [] }])
})
