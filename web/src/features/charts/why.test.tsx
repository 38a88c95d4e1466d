import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import type { ReactElement } from 'react'
import { afterEach, expect, test } from 'vitest'
import { type Definition, type Explanation, explanationQuery } from '@/api/charts'
import { Problem } from '@/api/problem'
import { meQuery } from '@/api/session'
import type { Me } from '@/api/types'
import { emptyQuery } from './draft'
import { Explained, WhyThisNumber } from './WhyThisNumber'

const written: Definition = {
  id: 'orders_revenue',
  label: 'Revenue',
  kind: 'metric',
  type: 'sum',
  sql: '${TABLE}.amount',
  description: 'Without tax.',
  filters: ['status equals completed'],
  madeOf: [],
  relation: 'shop.orders',
  model: 'orders',
  file: 'models/orders.yml',
  line: 12,
}
const average: Definition = {
  ...written,
  id: 'orders_average',
  label: 'Average',
  type: 'number',
  sql: '${revenue} / ${count}',
  filters: [],
  line: null,
  madeOf: [written],
}
const EXPLANATION: Explanation = { columns: [average], plan: ['Orders is read.', 'There is one row.'], sql: 'SELECT 1' }

const show = (element: ReactElement, client = new QueryClient()) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>{element}</QueryClientProvider>
    </MantineProvider>,
  )
afterEach(cleanup)

test('a number is told down to the model that it is made of', () => {
  show(<Explained explanation={EXPLANATION} />)
  const definitions = within(screen.getByRole('region', { name: 'Definitions' }))
  expect(definitions.getByText('Metric, number')).toBeTruthy()
  expect(definitions.getByText('${revenue} / ${count}')).toBeTruthy()
  expect(definitions.getByText('Metric, sum')).toBeTruthy()
  expect(definitions.getByText('status equals completed')).toBeTruthy()
  expect(definitions.getByText('models/orders.yml:12')).toBeTruthy()
  expect(definitions.getByText('models/orders.yml')).toBeTruthy()
  const plan = within(screen.getByRole('region', { name: 'Plan' }))
  expect(plan.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(EXPLANATION.plan)
})

test('where a part is written is said only if that is not where the whole is', () => {
  const [here, there] = [{ ...written, id: 'here' }, { ...written, id: 'there', model: 'people', file: 'models/people.yml' }]
  show(<Explained explanation={{ ...EXPLANATION, columns: [{ ...written, madeOf: [here, there] }] }} />)
  expect(screen.getAllByText('models/orders.yml:12')).toHaveLength(1)
  expect(screen.getByText('models/people.yml:12')).toBeTruthy()
})

test('the statement is folded until it is asked for', () => {
  show(<Explained explanation={EXPLANATION} />)
  expect(screen.queryByText('SELECT 1')).toBeNull()
  const button = screen.getByRole('button', { name: 'Show SQL' })
  expect(button.getAttribute('aria-expanded')).toBe('false')
  fireEvent.click(button)
  expect(screen.getByRole('region', { name: 'SQL' }).textContent).toBe('SELECT 1')
})

test('what the question computed itself names no model', () => {
  const share: Definition = {
    ...written, id: 'share', label: 'Share', kind: 'calculation', type: 'calculation', sql: '', description: null,
    filters: [], relation: null, model: null, file: null, line: null,
  }
  show(<Explained explanation={{ columns: [share], plan: [], sql: '' }} />)
  expect(screen.getByText('Computed from the rows of the answer')).toBeTruthy()
  expect(screen.queryByText('dbt model')).toBeNull()
  expect(screen.queryByRole('region', { name: 'Plan' })).toBeNull()
  expect(screen.queryByRole('region', { name: 'Statement' })).toBeNull()
})

test('of many columns each opens when it is asked', () => {
  const columns = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ ...written, id }))
  const { container } = show(<Explained explanation={{ ...EXPLANATION, columns }} />)
  expect(container.querySelectorAll('details[open]')).toHaveLength(0)
})

test('the reasons are awaited, and a refusal to give them is told', async () => {
  const query = emptyQuery('orders')
  const asking = (state: object) => {
    const client = new QueryClient({ defaultOptions: { queries: { enabled: false } } })
    client.setQueryData(meQuery.queryKey, { projects: [{ id: 'p', scopes: ['manage:Explore'] }] } as unknown as Me)
    client.getQueryCache().build(client, { queryKey: explanationQuery('p', query).queryKey }).setState(state)
    show(<WhyThisNumber projectId="p" query={query} />, client)
    fireEvent.click(screen.getByRole('button', { name: 'Why this number' }))
  }
  asking({})
  expect(await screen.findByRole('status', { name: 'Loading the reasons' })).toBeTruthy()
  cleanup()
  asking({ status: 'error', error: new Problem('Not a question', 'Unknown field “x”.', 'Choose another.', 422) })
  const told = await screen.findByRole('alert')
  expect(told.textContent).toContain('Unknown field “x”.')
  expect(within(told).getByRole('button', { name: 'Try again' })).toBeTruthy()
})

test.each([
  [['view:Project', 'manage:Explore'], 1],
  [['view:Project'], 0],
])('with the scopes %s there are %i ways to ask', (scopes, buttons) => {
  const client = new QueryClient()
  const project = { id: 'p', name: 'Shop', role: null, scopes } as unknown as Me['projects'][number]
  client.setQueryData(meQuery.queryKey, { projects: [project] } as unknown as Me)
  show(<WhyThisNumber projectId="p" query={emptyQuery('orders')} />, client)
  expect(screen.queryAllByRole('button', { name: 'Why this number' })).toHaveLength(buttons)
})
