import { expect, test } from 'vitest'
import { signOnProblem } from './sign-on'

test('a word of the address says why, any other says nothing of its own', () => {
  expect(signOnProblem('no-account').cure).toContain('invite')
  for (const word of ['toString', '__proto__', '<b>', '']) expect(signOnProblem(word).cause).toBe('It came to nothing.')
})
