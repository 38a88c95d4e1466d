import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'

// Who may see and do what in a space decides about what is filed there, too.
const TOUCHED = ['spaces', 'space', 'shares', 'holdings', 'content', 'apps', 'app', 'chart', 'dashboard', 'why', 'who-can-open']

/** Has the pages read anew what a change of a space touches. */
export function useSpaceChanged(): () => Promise<void> {
  const queryClient = useQueryClient()
  return useCallback(async () => {
    await Promise.all(TOUCHED.map((key) => queryClient.invalidateQueries({ queryKey: [key] })))
  }, [queryClient])
}
