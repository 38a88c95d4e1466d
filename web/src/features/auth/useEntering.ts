import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { meQuery } from '@/api/session'

/** Something that signs the person in, after which the pages open at `to`. What was known of anybody else is forgotten. */
export function useEntering(enter: () => Promise<void>, to = '/') {
  const router = useRouter()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      await enter()
      queryClient.clear()
      await queryClient.fetchQuery(meQuery)
      await router.navigate({ href: to, replace: true })
    },
  })
}
