/** A failure as the server tells it (`application/problem+json`): what, why, and what to do about it. */
export class Problem extends Error {
  override name = 'Problem'

  constructor(
    readonly title: string,
    override readonly cause: string,
    readonly cure: string,
    readonly status = 0,
    readonly code = 'unknown',
    readonly details: readonly Record<string, unknown>[] = [],
  ) {
    super(`${title}: ${cause}`)
  }
}

/** Any answer that is not a success, as a `Problem`; also when it does not come from Vitrail (a proxy, say). */
export function problemFrom(status: number, body: unknown): Problem {
  if (typeof body === 'object' && body !== null && 'title' in body) {
    const { title, cause, detail, cure, code, details } = body as Record<string, unknown>
    return new Problem(
      String(title),
      String(cause ?? detail ?? ''),
      typeof cure === 'string' ? cure : '',
      status,
      typeof code === 'string' ? code : 'unknown',
      Array.isArray(details) ? (details as Record<string, unknown>[]) : [],
    )
  }
  return new Problem(
    status >= 500 ? 'The server could not answer' : 'The request was refused',
    `The answer had status ${status} and did not come from Vitrail itself.`,
    'Try again. If it stays, ask your administrator to look at the server’s log and at any proxy before it.',
    status,
  )
}

/** Anything thrown, as a `Problem`, so that one component can show every failure. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    return new Problem(
      'The server can’t be reached',
      'The request did not get an answer.',
      'Check your connection and that Vitrail is running, then try again.',
    )
  }
  return new Problem(
    'Something went wrong in this page',
    error instanceof Error ? error.message : String(error),
    'Reload the page. If it happens again, tell your administrator what you did.',
  )
}

/** Whether the server says that this person may not (any longer) see the thing, or that it is gone: what an earlier
 * answer left in the page must not be shown then. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Problem && (error.status === 403 || error.status === 404)
}
