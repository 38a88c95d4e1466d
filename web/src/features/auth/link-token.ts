import { useSyncExternalStore } from 'react'

// A page may be drawn more than once before it is there, so what was taken is kept as long as the document lives.
const taken = new Map<string, string>()

/** What stands behind `#` of this page's address: it lets somebody in once, so it is taken out of the address, and of the
 * history, at once. */
export function linkToken(): string {
  const { pathname, search, hash } = location
  if (hash.length > 1) {
    taken.set(pathname, hash.slice(1))
    history.replaceState(history.state, '', pathname + search)
  }
  return taken.get(pathname) ?? ''
}

const onHash = (changed: () => void) => {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}

/** The token of this page's link. Another link to the same page, opened in the same window, changes only what stands
 * behind `#`: no document is loaded then, and it counts all the same. */
export const useLinkToken = (): string => useSyncExternalStore(onHash, linkToken)
