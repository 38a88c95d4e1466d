import type { FetchQueryOptions, QueryClient, QueryKey } from '@tanstack/react-query'

/**
 * Asks once more in another way than the pages usually do: with options that ask the warehouse itself, whatever answer
 * the server keeps. Whoever shows the answer under this key has the new one; a failure is found there too.
 */
export async function askAnew<T, K extends QueryKey>(
  client: QueryClient,
  options: FetchQueryOptions<T, Error, T, K>,
): Promise<void> {
  // What is on its way may come from what is kept.
  await client.cancelQueries({ queryKey: options.queryKey, exact: true })
  await client.fetchQuery({ ...options, staleTime: 0 }).catch(() => undefined)
}
