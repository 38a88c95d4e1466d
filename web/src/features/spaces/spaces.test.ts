import { describe, expect, test } from 'vitest'
import type { Holdings, Party, SpaceAccess } from '@/api/spaces'
import { choices, counted } from './holding'
import { details, givenIn, letsIn } from './sharing'

const held = (more: Partial<Holdings>): Holdings => ({ spaces: 0, dashboards: 0, charts: 0, apps: 0, canMoveUp: true, ...more })
const party = (more: Partial<Party>): Party => ({
  kind: 'person',
  id: '1',
  name: 'Vera Klein',
  email: 'vera@jaffle.example',
  members: null,
  reached: true,
  ...more,
})
const access = (more: Partial<SpaceAccess>): SpaceAccess => ({
  access: 'inherited',
  openToProject: false,
  parentName: null,
  shares: [],
  total: 0,
  ...more,
})

describe('deleting', () => {
  test('what lies in a space is counted in words', () => {
    expect(counted(held({ spaces: 2, charts: 1 }))).toEqual(['2 spaces', '1 chart'])
    expect(counted(held({}))).toEqual([])
  })

  test('an empty space has nothing to choose', () => {
    expect(choices(held({}), 'Sales')).toEqual([])
  })

  test('content goes to the space above, or is deleted', () => {
    const found = choices(held({ apps: 1 }), 'Sales')
    expect(found.map(({ content }) => content)).toEqual(['move', 'delete'])
    expect(found[0]?.label).toContain('“Sales”')
  })

  test('at the top content has nowhere to go; spaces within can stay', () => {
    expect(choices(held({ apps: 1, canMoveUp: false }), null).map(({ content }) => content)).toEqual(['delete'])
    const [keep] = choices(held({ apps: 1, spaces: 1, canMoveUp: false }), null)
    expect(keep).toMatchObject({ content: 'move', label: 'Keep the spaces within, at the top' })
  })
})

describe('sharing', () => {
  test('says whom a space lets in', () => {
    expect(letsIn(access({ access: 'restricted' }))).toMatch(/^Restricted: only/)
    expect(letsIn(access({ openToProject: true }))).toMatch(/^Open: everyone in the project/)
    expect(letsIn(access({ openToProject: true, parentName: 'Sales' }))).toContain('as in “Sales”')
    expect(letsIn(access({ parentName: 'Finance' }))).toContain('whoever is let into “Finance”')
    expect(letsIn(access({}))).toContain('the space above')
  })

  test('says when a share gives nothing yet', () => {
    expect(details(party({}))).toBe('vera@jaffle.example')
    expect(details(party({ reached: false }))).toContain('no role in the project')
    expect(details(party({ kind: 'group', email: null, members: 1 }))).toBe('Group of 1 person')
    expect(details(party({ email: null }))).toBe('Service account')
  })

  test('a space above that I may not see has no name', () => {
    const share = { party: party({}), role: 'view', inherited: true, spaceId: null, spaceName: null } as const
    expect(givenIn(share)).toBe('Given in a space above')
    expect(givenIn({ ...share, spaceId: 's', spaceName: 'Finance' })).toBe('Given in “Finance”')
  })
})
