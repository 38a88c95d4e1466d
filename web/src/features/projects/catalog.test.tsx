import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { CatalogState } from '@/api/projects'
import { Standing } from './CatalogState'

const STATE: CatalogState = {
  source: 'dbt target',
  version: 'abc123',
  loadedAt: new Date().toISOString(),
  explores: 3,
  fields: 40,
  failed: null,
  problems: [],
  changes: [],
  uploadedAt: null,
  uploadedBy: null,
}
const change = { explore: 'orders', before: null, after: null } as const
const problem = { title: 'Join left out', cause: 'There is no model.', cure: 'Correct it.', where: 'a.yml:3', fatal: true }

const show = (state: Partial<CatalogState>) =>
  render(
    <MantineProvider env="test">
      <Standing state={{ ...STATE, ...state }} />
    </MantineProvider>,
  )
afterEach(cleanup)

const catalog = () => screen.getByRole('region', { name: 'Catalog' }).textContent

test('a catalog of a folder says its version, what it is read from and that nothing is wrong', () => {
  show({})
  expect(catalog()).toContain('Catalog abc123: 3 explores with 40 fields, read from a dbt target just now.')
  expect(catalog()).toContain('No problem was found in it.')
})

test('an uploaded one says who uploaded it, also once they are gone', () => {
  show({ uploadedAt: new Date().toISOString(), uploadedBy: 'CI', source: 'upload' })
  expect(catalog()).toContain('uploaded just now by CI.')
  cleanup()
  show({ uploadedAt: new Date().toISOString(), uploadedBy: null, source: 'upload' })
  expect(catalog()).toContain('by somebody who is gone')
})

test('why a newer one could not be used is said with its cure, and nothing about being well', () => {
  show({ failed: { ...problem, cause: 'It is not JSON.', cure: 'Run dbt parse.' } })
  expect(screen.getByRole('alert').textContent).toContain('It is not JSON. Run dbt parse.')
  expect(catalog()).not.toContain('No problem')
})

test('what changed is counted and told one by one', () => {
  show({
    changes: [
      { ...change, kind: 'added', what: 'explore', name: 'stores', explore: 'stores' },
      { ...change, kind: 'renamed', what: 'metric', name: 'orders_a', before: 'orders_a', after: 'orders_b' },
      { ...change, kind: 'retyped', what: 'dimension', name: 'orders_c', before: 'string', after: 'number' },
    ],
  })
  expect(catalog()).toContain('1 added, 1 renamed, 1 retyped by the last reload')
  const told = within(screen.getByRole('list', { name: 'Changes' })).getAllByRole('listitem')
  expect(told.map((item) => item.textContent)).toEqual([
    'explore stores added',
    'metric orders_a is now orders_b in orders',
    'dimension orders_c in orders is now number, was string',
  ])
})

test('problems are told with place and cure, the first of many', () => {
  show({ problems: Array.from({ length: 10 }, (_, n) => ({ ...problem, cause: `Cause ${n}.` })) })
  const told = within(screen.getByRole('list', { name: 'Catalog problems' })).getAllByRole('listitem')
  expect(told[0]?.textContent).toBe('Join left out: Cause 0. (a.yml:3)Correct it.')
  expect(told).toHaveLength(9)
  expect(told[8]?.textContent).toContain('and 2 more')
})
