const TITLE = 'Single sign-on failed'
const KINDS: Record<string, { cause: string; cure: string }> = {
  expired: { cause: 'It took longer than ten minutes, or was begun in another window.', cure: 'Try it once more.' },
  refused: { cause: 'The provider did not let you in, or you turned back.', cure: 'Try again, or ask who runs it.' },
  unavailable: { cause: 'The provider can’t be reached, or its answer can’t be used.', cure: 'Try again later; the server’s log says more.' },
  'not-genuine': { cause: 'What the provider sent does not prove who you are.', cure: 'Try again; the server’s log says more.' },
  'no-account': { cause: 'There is no account here for your e-mail address.', cure: 'Ask an administrator to invite you.' },
  unverified: { cause: 'The provider does not say that your e-mail address is verified.', cure: 'Verify it there, then try again.' },
  'switched-off': { cause: 'Your account here is switched off.', cure: 'Ask an administrator.' },
}

/** What a word in the address of the sign-in page means. Any other word means no more than that it failed. */
export function signOnProblem(kind: string): { title: string; cause: string; cure: string } {
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  return { title: TITLE, ...(known ?? { cause: 'It came to nothing.', cure: 'Try again, or ask an administrator.' }) }
}
