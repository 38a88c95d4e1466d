import { expect, test } from 'vitest'
import { flatten, matching, pathTo, spaceTree, unfolded, within } from './spaces'
import type { Space } from './types'

const space = (id: string, name: string, parentId: string | null): Space => ({
  id,
  name,
  description: '',
  openToProject: true,
  canManage: false,
  parentId,
  projectId: 'p',
  access: 'inherited',
  role: 'view',
  appCount: 0,
  createdAt: '2026-11-22T10:00:00Z',
})
const spaces = [space('2', 'Stores', null), space('3', 'West', '2'), space('1', 'Finance', null), space('4', 'East', '2')]

test('the tree is read by name, children under their parent', () => {
  expect(flatten(spaceTree(spaces)).map(({ name, depth }) => [name, depth])).toEqual([
    ['Finance', 0],
    ['Stores', 0],
    ['East', 1],
    ['West', 1],
  ])
})

test('a space whose parent is not shared with me stands at the top', () => {
  expect(flatten(spaceTree([space('9', 'Alone', 'hidden')]))).toMatchObject([{ name: 'Alone', depth: 0 }])
})

test('the path leads from the top to the space, and a ring ends', () => {
  expect(pathTo(spaces, '3').map(({ name }) => name)).toEqual(['Stores', 'West'])
  expect(pathTo(spaces, null)).toEqual([])
  expect(pathTo([space('a', 'A', 'b'), space('b', 'B', 'a')], 'a').length).toBeLessThanOrEqual(50)
})

test('what lies in a space is found at any depth, and itself', () => {
  const deep = [...spaces, space('5', 'Berlin', '3')]
  expect([...within(deep, '2')].toSorted()).toEqual(['2', '3', '4', '5'])
  expect([...within(deep, '1')]).toEqual(['1'])
  expect([...within([space('a', 'A', 'b'), space('b', 'B', 'a')], 'a')].toSorted()).toEqual(['a', 'b'])
})

test('a search keeps what a found space lies in, and nothing beside it', () => {
  expect(matching(spaces, ' WEST ').map(({ name }) => name)).toEqual(['Stores', 'West'])
  expect(matching(spaces, 'nowhere')).toEqual([])
  expect(matching(spaces, '  ')).toEqual(spaces)
})

test('what lies in a folded space is not shown', () => {
  const tree = spaceTree([...spaces, space('5', 'Berlin', '3')])
  const names = (open: string[]) => unfolded(tree, (id) => open.includes(id)).map(({ name }) => name)
  expect(names([])).toEqual(['Finance', 'Stores'])
  expect(names(['2'])).toEqual(['Finance', 'Stores', 'East', 'West'])
  expect(names(['3'])).toEqual(['Finance', 'Stores'])
  expect(names(['2', '3'])).toEqual(['Finance', 'Stores', 'East', 'West', 'Berlin'])
})
