import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type ScopeOut, scopesQuery } from '@/api/directory'
import { ScopePicker } from './ScopePicker'
import { completed, lacking, offeredScopes, scopeGroups, subjectName } from './scopes'
import { addresses, heldRoles, originWords, pageNumber, sameRoles } from './words'

afterEach(cleanup)

const scope = (name: string, meaning: string, needs: string[][] = [], organizationOnly = false): ScopeOut => ({
  name,
  subject: /:(\w+)/.exec(name)?.[1] ?? '',
  meaning,
  needs,
  organizationOnly,
})

const SCOPES = [
  scope('view:Project', 'Open the project'),
  scope('view:Space', 'See spaces', [['view:Project']]),
  scope('view:DataApp', 'Open data apps', [['view:Project'], ['view:Space', 'manage:Space']]),
  scope('create:DataApp', 'Make data apps', [['view:Project'], ['view:DataApp', 'manage:DataApp']]),
  scope('manage:Organization', 'Run the organisation', [], true),
]

describe('scopes', () => {
  test('stand by what they are about, and are found by name or meaning', () => {
    expect(scopeGroups(SCOPES).map(({ subject }) => subject)).toEqual(['Project', 'Space', 'DataApp', 'Organization'])
    expect(scopeGroups(SCOPES, 'data app MAKE').flatMap(({ scopes }) => scopes.map(({ name }) => name))).toEqual([
      'create:DataApp',
    ])
    expect(scopeGroups(SCOPES, 'nothing of the kind')).toEqual([])
  })

  test('of the organisation are not offered for a project', () => {
    const names = (chosen: string[], level: 'project' | 'organization') =>
      offeredScopes(SCOPES, chosen, { level }).map(({ name }) => name)
    expect(names([], 'project')).not.toContain('manage:Organization')
    expect(names([], 'organization')).toContain('manage:Organization')
    // Chosen before the level was changed, it can be taken away.
    expect(names(['manage:Organization'], 'project')).toContain('manage:Organization')
  })

  test('lack what the others do not give', () => {
    expect(lacking(SCOPES, ['view:DataApp', 'view:Project'])).toEqual(
      new Map([['view:DataApp', [['view:Space', 'manage:Space']]]]),
    )
    expect(lacking(SCOPES, ['view:DataApp', 'view:Project', 'view:Space'])).toEqual(new Map())
    expect(lacking(SCOPES, ['view:DataApp', 'view:Project', 'manage:Space'])).toEqual(new Map())
  })

  test('are completed with what those that were added need in turn', () => {
    const all = completed(SCOPES, ['create:DataApp'])
    expect(new Set(all)).toEqual(new Set(['create:DataApp', 'view:Project', 'view:DataApp', 'view:Space']))
    expect(lacking(SCOPES, all).size).toBe(0)
  })

  test('what can not be given here is not added, and the search for it ends', () => {
    expect(completed([scope('view:Space', 'See', [['view:Project']])], ['view:Space'])).toEqual(['view:Space'])
  })

  test('names of subjects are read as words', () => {
    expect(subjectName('DataAppDependency')).toBe('Data app dependency')
  })
})

describe('the picker of scopes', () => {
  const show = (value: string[], more: { among?: string[]; level?: 'project' } = {}) => {
    const onChange = vi.fn()
    const queryClient = new QueryClient()
    queryClient.setQueryData(scopesQuery.queryKey, SCOPES)
    render(
      <QueryClientProvider client={queryClient}>
        <MantineProvider env="test">
          <ScopePicker value={value} onChange={onChange} {...more} />
        </MantineProvider>
      </QueryClientProvider>,
    )
    return onChange
  }

  test('adds, takes away, and says what is of no use yet', () => {
    const onChange = show(['view:DataApp', 'view:Project'], { level: 'project' })
    expect(screen.getByText('Of no use without view:Space or manage:Space')).toBeTruthy()
    fireEvent.click(screen.getByLabelText('view:Space'))
    expect(onChange).toHaveBeenLastCalledWith(['view:DataApp', 'view:Project', 'view:Space'])
    fireEvent.click(screen.getByLabelText('view:Project'))
    expect(onChange).toHaveBeenLastCalledWith(['view:DataApp'])
    fireEvent.click(screen.getByRole('button', { name: 'Add what is missing' }))
    expect(onChange).toHaveBeenLastCalledWith(['view:DataApp', 'view:Project', 'view:Space'])
    expect(screen.queryByLabelText(/manage:Organization/)).toBeNull()
  })

  test('offers no more than can be given', () => {
    show([], { among: ['view:Space'] })
    expect(screen.getAllByRole('checkbox')).toHaveLength(1)
  })
})

test('addresses are read from whatever was pasted, each once', () => {
  expect(addresses('a@x.example, b@x.example;c@x.example\n A@x.example  d@x.example')).toEqual([
    'A@x.example',
    'b@x.example',
    'c@x.example',
    'd@x.example',
  ])
  expect(addresses('Carla Diaz <carla@x.example>, "E" <e@x.example>')).toEqual(['carla@x.example', 'e@x.example'])
  expect(addresses(' \n ,')).toEqual([])
})

test('roles are named, and compared whatever their order', () => {
  expect(heldRoles({ role: 'interactive_viewer', customRoles: ['Auditors'] }, 'Member')).toBe('Interactive viewer, Auditors')
  expect(heldRoles({ role: null, customRoles: [] }, 'Member')).toBe('Member')
  expect(sameRoles({ role: null, customRoleIds: ['a', 'b'] }, { customRoleIds: ['b', 'a'] })).toBe(true)
  expect(sameRoles({ role: 'editor' }, { role: 'viewer' })).toBe(false)
})

test('where a role comes from names the role as the pages do', () => {
  expect(originWords('the role interactive_viewer, through the group West')).toBe(
    'the role Interactive viewer, through the group West',
  )
  expect(originWords('the custom role admin')).toBe('the custom role admin')
})

test('an address holds a page only where it is not the first', () => {
  expect([2, 1, 0, -3, 2.5, '2', undefined].map(pageNumber)).toEqual([2, ...Array(6).fill(undefined)])
})
