import { useMutation, useQueryClient } from '@tanstack/react-query'
import { DIRECTORY } from '@/api/directory'

/** A change of who is here or what they may do. Every list of the directory is then read anew, and so is what I myself
 * may do: it may have been about me. */
export function useChange<V = void, T = unknown>(change: (wanted: V) => Promise<T>, done?: (answer: T) => void) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: async (answer) => {
      done?.(answer)
      // An answer still on its way may be from before the change, and a first one is not asked for again by itself.
      await queryClient.cancelQueries({ queryKey: DIRECTORY })
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: DIRECTORY }),
        queryClient.invalidateQueries({ queryKey: ['me'] }),
      ])
    },
  })
}
