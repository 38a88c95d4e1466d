import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { AnswerAge } from './AnswerAge'
import { exactly, momentInWords } from './time'

afterEach(cleanup)

const age = (asOf: string | null, refreshing = false, onRefresh = () => undefined as void) => (
  <MantineProvider env="test">
    <AnswerAge asOf={asOf} refreshing={refreshing} onRefresh={onRefresh} />
  </MantineProvider>
)

test('a moment is told by its age within the hour, then by the reader’s clock and calendar', () => {
  const at = (...parts: [number, number, number, number, number]) => new Date(...parts)
  const now = at(2026, 10, 25, 17, 0).getTime()
  const words = (moment: Date) => momentInWords(moment.toISOString(), now)
  expect(words(at(2026, 10, 25, 16, 48))).toBe('12 minutes ago')
  expect(words(at(2026, 10, 25, 10, 32))).toBe('10:32')
  expect(words(at(2026, 10, 24, 10, 32))).toBe('24 Nov, 10:32')
  expect(words(at(2025, 10, 24, 10, 32))).toBe('24 Nov 2025, 10:32')
  expect(exactly(at(2026, 10, 25, 10, 32).toISOString())).toMatch(/^25 November 2026 at 10:32:00 \S+/)
})

test('numbers that are not there have no age', () => {
  render(age(null))
  expect(screen.queryByRole('button')).toBeNull()
})

test('a clock that is behind the server’s does not make numbers of the future', () => {
  render(age(new Date(Date.now() + 300_000).toISOString()))
  expect(screen.getByText('as of just now')).toBeTruthy()
})

test('a refresh asks once while it is under way, and says when the numbers are new', () => {
  const onRefresh = vi.fn<() => void>()
  const [old, fresh] = ['2026-11-20T10:00:00Z', '2026-11-25T10:00:00Z']
  const { rerender } = render(age(old, false, onRefresh))
  fireEvent.click(screen.getByRole('button', { name: 'Refresh' }))
  rerender(age(old, true, onRefresh))
  fireEvent.click(screen.getByRole('button', { name: 'Refresh' }))
  expect(onRefresh).toHaveBeenCalledOnce()
  expect(screen.getByRole('status').textContent).toBe('')
  rerender(age(fresh, false, onRefresh))
  expect(screen.getByRole('status').textContent).toBe('The numbers are new.')
})
