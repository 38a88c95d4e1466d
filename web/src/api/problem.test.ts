import { expect, test } from 'vitest'
import { asProblem, Problem, problemFrom } from './problem'

test('problem+json keeps its title, cause and cure', () => {
  const problem = problemFrom(403, { title: 'Not allowed', detail: 'd', cause: 'c', cure: 'do', code: 'forbidden' })
  expect(problem).toMatchObject({ title: 'Not allowed', cause: 'c', cure: 'do', status: 403, code: 'forbidden' })
})

test('an answer that is not Vitrail’s still has a cause and a cure', () => {
  const problem = problemFrom(502, '<html>Bad gateway</html>')
  expect(problem.cause).toContain('502')
  expect(problem.cure).not.toBe('')
})

test('no connection is said in plain words', () => {
  expect(asProblem(new TypeError('Failed to fetch')).title).toBe('The server can’t be reached')
})

test('a problem stays itself', () => {
  const problem = new Problem('t', 'c', 'u')
  expect(asProblem(problem)).toBe(problem)
})
