import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Saved, SavedKind } from '@/api/content'

/** Has the pages read anew what a change of a chart or dashboard touches. */
export function useChanged(kind: SavedKind): (id: string, saved?: Saved) => Promise<void> {
  const queryClient = useQueryClient()
  return useCallback(
    async (id, saved) => {
      if (saved) queryClient.setQueryData([kind, id], saved)
      const keys = [['history', kind, id], ['content'], ...(kind === 'chart' ? [['tile'], ['dashboard']] : [])]
      await Promise.all(keys.map((queryKey) => queryClient.invalidateQueries({ queryKey })))
    },
    [kind, queryClient],
  )
}
