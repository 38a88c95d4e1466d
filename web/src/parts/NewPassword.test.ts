import { expect, test } from 'vitest'
import { Problem } from '@/api/problem'
import { aboutPassword } from './NewPassword'

test('only what is said about the password stands by its field', () => {
  const weak = new Problem('This password can’t be used', 'It is easily guessed.', 'Take several words.', 422, 'weak-password')
  expect(aboutPassword(weak)).toBe('It is easily guessed. Take several words.')
  expect(aboutPassword(weak, 'wrong-password')).toBeUndefined()
  expect(aboutPassword(new Problem('Too many', 'x', 'y', 429, 'too-many-sign-ins'))).toBeUndefined()
  expect(aboutPassword(null)).toBeUndefined()
})
