import { describe, expect, it } from 'vitest'
import { Ages, MOST_QUESTIONS } from './ages'

const asking = (exploreName: string) => ({ exploreName })

describe('Ages', () => {
  it('is as old as the oldest answer, whatever zone it is written in', () => {
    const ages = new Ages()
    expect(ages.oldest).toBeNull()
    ages.took(asking('a'), '2026-11-25T10:00:00Z')
    ages.took(asking('b'), '2026-11-25T10:30:00+01:00')
    expect(ages.oldest).toBe('2026-11-25T10:30:00+01:00')
  })

  it('counts the newest answer of a question, and none that failed', () => {
    const ages = new Ages()
    ages.took(asking('a'), '2026-11-25T09:00:00Z')
    ages.took(asking('b'), '2026-11-25T10:00:00Z')
    ages.took(asking('a'), '2026-11-25T11:00:00Z')
    expect(ages.oldest).toBe('2026-11-25T10:00:00Z')
    ages.took(asking('b'), null)
    expect(ages.oldest).toBe('2026-11-25T11:00:00Z')
    ages.clear()
    expect(ages.oldest).toBeNull()
  })

  it('does not grow with an app that asks without end', () => {
    const ages = new Ages()
    ages.took(asking('first'), '2026-01-01T00:00:00Z')
    for (let at = 0; at < MOST_QUESTIONS; at += 1) ages.took(asking(`q${at}`), '2026-11-25T10:00:00Z')
    expect(ages.oldest).toBe('2026-11-25T10:00:00Z')
  })
})
