import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import type { ReactElement } from 'react'
import { afterEach, expect, test } from 'vitest'
import { helpersQuery, type Why } from '@/api/access'
import { isRefusal, Problem } from '@/api/problem'
import { ProblemCard } from '../ProblemCard'
import { Told } from './Reasons'
import { standing, verdict } from './words'

const ada = { id: 'a', name: 'Ada Martin', email: 'ada@jaffle.example' }
const vera = { id: 'v', name: 'Vera Klein', email: 'vera@jaffle.example' }
const refused: Why = {
  person: vera,
  kind: 'dashboard',
  id: 'd',
  name: 'Sales',
  verb: 'manage',
  allowed: false,
  reason: 'She may not edit in “Finance”.',
  cure: 'Someone with full access can let her.',
  steps: [
    { met: true, text: 'In “Finance” she has “can view”' },
    { met: false, text: 'manage:Dashboard: none of her roles holds it' },
  ],
  helpers: [ada],
}

const show = (element: ReactElement, client = new QueryClient()) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>{element}</QueryClientProvider>
    </MantineProvider>,
  )
afterEach(cleanup)

test('a decision in a few words, of oneself or of somebody else', () => {
  expect(verdict(refused, true)).toBe('You can’t edit, move or delete this dashboard')
  expect(verdict({ ...refused, kind: 'space', verb: 'view', allowed: true }, false)).toBe('Vera Klein can see this space')
})

test('a refusal is told with its steps, its cure and whom to ask', () => {
  show(<Told why={refused} mine />)
  expect(screen.getByText('She may not edit in “Finance”.')).toBeTruthy()
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'Met: In “Finance” she has “can view”',
    'Not met: manage:Dashboard: none of her roles holds it',
  ])
  expect(screen.getByText('Someone with full access can let her.')).toBeTruthy()
  expect(screen.getByRole('link', { name: 'Ada Martin' }).getAttribute('href')).toBe('mailto:ada@jaffle.example')
})

test('who may manage a thing may open it', () => {
  const each = { person: vera, canOpen: true, canManage: false, reason: '' }
  expect(standing(each)).toBe('Can open')
  expect(standing({ ...each, canManage: true })).toBe('Can manage')
  expect(standing({ ...each, canOpen: false })).toBe('Can’t open')
})

test('a refusal anywhere names whom to ask; another failure does not', () => {
  const client = new QueryClient()
  client.setQueryData(helpersQuery.queryKey, [ada])
  show(<ProblemCard error={new Problem('Not allowed', 'No.', 'Ask.', 403, 'forbidden')} />, client)
  expect(screen.getByRole('alert').textContent).toContain('Whom to ask: Ada Martin')
  cleanup()
  show(<ProblemCard error={new Problem('Broken', 'No.', 'Wait.', 500, 'internal')} />, client)
  expect(screen.getByRole('alert').textContent).not.toContain('Whom to ask')
})

test('only what may not be seen, or is gone, is a refusal', () => {
  const status = (code: number) => isRefusal(new Problem('', '', '', code))
  expect([403, 404, 500, 0].map(status)).toEqual([true, true, false, false])
  expect(isRefusal(new TypeError('fetch failed'))).toBe(false)
})
