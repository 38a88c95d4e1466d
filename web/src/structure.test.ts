import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name))
const importsOf = (name: string) =>
  [...readFileSync(join(root, 'src', name), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')

test('a feature imports no other feature', () => {
  const wrong = files
    .filter((name) => name.startsWith('features/'))
    .flatMap((name) =>
      importsOf(name)
        .filter((from) => from.startsWith('@/features') || from.startsWith('..'))
        .map((from) => `${name} imports ${from}`),
    )
  expect(wrong).toEqual([])
})

test('parts import no feature, and the API and the bridge import neither', () => {
  const wrong = files.flatMap((name) => {
    const layer = name.split('/')[0]
    const above = layer === 'parts' ? /features/ : layer === 'api' || layer === 'bridge' ? /features|parts/ : null
    return above ? importsOf(name).filter((from) => above.test(from)).map((from) => `${name} imports ${from}`) : []
  })
  expect(wrong).toEqual([])
})

test.each(['index.html', 'render.html'])('%s has no inline script, which the policy would refuse', (page) => {
  const html = readFileSync(join(root, page), 'utf8')
  expect(html.match(/<script(?![^>]*\bsrc=)/g)).toBeNull()
  expect(html).not.toMatch(/\son\w+=/)
})

test('the check page brings no React', () => {
  const seen = new Set<string>()
  const follow = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    for (const from of importsOf(name)) {
      expect(from, `in ${name}`).not.toMatch(/react|mantine|tanstack|openapi-fetch/)
      const path = from.startsWith('@/') ? from.slice(2) : from.startsWith('.') ? join(name, '..', from) : null
      const file = files.find((candidate) => [`${path}.ts`, `${path}/index.ts`].includes(candidate))
      if (file && !file.endsWith('types.ts')) follow(file)
    }
  }
  follow('render.ts')
  expect(seen.size).toBeGreaterThan(4)
})

test('the lock names no registry', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"')
})
