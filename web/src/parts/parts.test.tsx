import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { ReactElement } from 'react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Problem } from '@/api/problem'
import { panes } from './Glass'
import { Markdown } from './Markdown'
import { ProblemCard } from './ProblemCard'
import { MAX_PROMPT, PromptBox } from './PromptBox'
import { ago, duration } from './time'

const show = (element: ReactElement) => render(<MantineProvider env="test">{element}</MantineProvider>)
afterEach(cleanup)

describe('Markdown', () => {
  test('words, lists, code and links are shown as such', () => {
    const { container } = show(<Markdown>{'**Ready**\n\n- one `a_b`\n- two\n\n[docs](https://example.com/x)'}</Markdown>)
    expect(container.querySelector('strong')?.textContent).toBe('Ready')
    expect(container.querySelectorAll('li')).toHaveLength(2)
    expect(container.querySelector('a')?.getAttribute('rel')).toContain('noopener')
  })

  test('what a model wrote never becomes markup, a picture or a script', () => {
    const hostile = [
      '<img src=x onerror=alert(1)>',
      '<script>alert(1)</script>',
      '[click](javascript:alert(1))',
      '[data](data:text/html,x)',
      '![pixel](https://evil.example/p.png)',
      'inline <b onclick="alert(1)">bold</b>',
    ].join('\n\n')
    const { container } = show(<Markdown>{hostile}</Markdown>)
    expect(container.querySelectorAll('img, script, b, a, iframe')).toHaveLength(0)
    expect(container.innerHTML).not.toContain('evil.example')
    expect(container.textContent).toContain('<script>alert(1)</script>')
  })

  test('entities are read once', () => {
    const { container } = show(<Markdown>{'AT&T < 5 "q" &amp; more'}</Markdown>)
    expect(container.textContent).toContain('AT&T < 5 "q"')
  })
})

describe('ProblemCard', () => {
  test('says what, why and what to do', () => {
    show(<ProblemCard error={new Problem('Data apps are off', 'No licence.', 'Set LIGHTDASH_LICENSE_KEY.')} />)
    const text = screen.getByRole('alert').textContent
    expect(text).toContain('Data apps are off')
    expect(text).toContain('No licence.')
    expect(text).toContain('Set LIGHTDASH_LICENSE_KEY.')
  })

  test('takes errors as the API stores them, and offers to try again', () => {
    const retry = vi.fn()
    show(<ProblemCard error={{ title: 'T', cause: 'C', cure: 'U' }} retry={retry} />)
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(retry).toHaveBeenCalledOnce()
  })
})

describe('PromptBox', () => {
  const box = (value: string, more: { blocked?: string } = {}) => {
    const onSend = vi.fn()
    show(<PromptBox label="Describe your app" action="Build" value={value} onChange={() => undefined} onSend={onSend} sending={false} {...more} />)
    return { onSend, input: screen.getByLabelText('Describe your app'), button: screen.getByRole('button', { name: 'Build' }) }
  }

  test('Enter sends what was written, without the space around it', () => {
    const { onSend, input } = box('  revenue by month ')
    fireEvent.keyDown(input, { key: 'Enter' })
    expect(onSend).toHaveBeenCalledWith('revenue by month')
  })

  test('Shift+Enter does not send, nor does Enter while a character is composed', () => {
    const { onSend, input } = box('revenue')
    fireEvent.keyDown(input, { key: 'Enter', shiftKey: true })
    fireEvent.keyDown(input, { key: 'Enter', isComposing: true })
    expect(onSend).not.toHaveBeenCalled()
  })

  test.each([
    ['empty', '   '],
    ['too long', 'x'.repeat(MAX_PROMPT + 1)],
  ])('a prompt that is %s is not sent', (_what, value) => {
    const { onSend, input, button } = box(value)
    expect(button.hasAttribute('disabled')).toBe(true)
    fireEvent.keyDown(input, { key: 'Enter' })
    expect(onSend).not.toHaveBeenCalled()
  })

  test('when nothing can be sent, it says why', () => {
    const { button } = box('revenue', { blocked: 'A version is being built' })
    expect(button.hasAttribute('disabled')).toBe(true)
    expect(screen.getByText('A version is being built')).toBeTruthy()
  })
})

test('times are told in words', () => {
  const now = Date.parse('2026-11-22T12:00:00Z')
  expect(ago('2026-11-22T11:59:40Z', now)).toBe('just now')
  expect(ago('2026-11-22T11:00:00Z', now)).toBe('1 hour ago')
  expect(ago('2026-11-21T11:00:00Z', now)).toBe('yesterday')
  expect([duration(340), duration(1846), duration(59_990), duration(125_000)]).toEqual(['340 ms', '1.8 s', '1 min 0 s', '2 min 5 s'])
})

test('the same seed gives the same window, another seed another', () => {
  expect(panes('a', 4, 4, 160, 160)).toEqual(panes('a', 4, 4, 160, 160))
  expect(panes('a', 4, 4, 160, 160)).not.toEqual(panes('b', 4, 4, 160, 160))
})
