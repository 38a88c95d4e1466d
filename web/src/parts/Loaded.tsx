import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ProblemCard } from './ProblemCard'

interface LoadedProps<T> {
  query: UseQueryResult<T>
  /** Shown until there is something; its shape should foretell the content's. */
  waiting: ReactNode
  children: (data: T) => ReactNode
}

/** The three states of anything asked of the server. Old data stays while a newer answer is on its way. */
export function Loaded<T>({ query, waiting, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data)
  if (query.isError) return <ProblemCard error={query.error} retry={() => void query.refetch()} />
  return waiting
}
