import { useSuspenseQuery } from '@tanstack/react-query'
import { currentProject, meQuery } from '@/api/session'
import type { Me, ProjectAccess } from '@/api/types'

/** Who looks. Only below the signed-in layout, which has loaded it. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

/** The project that this page is about: the one of its address, else the one used last. */
export function useProject(projectId?: string): ProjectAccess | undefined {
  const me = useMe()
  return projectId ? me.projects.find((project) => project.id === projectId) : currentProject(me)
}
