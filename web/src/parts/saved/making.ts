import { useQuery } from '@tanstack/react-query'
import { may } from '@/api/session'
import { spacesQuery } from '@/api/spaces'
import type { ProjectAccess } from '@/api/types'

/** Whether a person may make charts and dashboards in a project: the scope, and a space in which to file them. Whoever
 * saves a chart lets others ask its question, so they must be somebody who may ask. */
export function useMaking(project: ProjectAccess | undefined): { chart: boolean; dashboard: boolean } {
  const holds = (subject: string) => may(project, `manage:${subject}`) || may(project, `manage:${subject}@space`)
  const [charts, dashboards] = [holds('SavedChart') && may(project, 'manage:Explore'), holds('Dashboard')]
  const spaces = useQuery({ ...spacesQuery(project?.id ?? ''), enabled: Boolean(project) && (charts || dashboards) })
  const somewhere = spaces.data?.some((space) => space.role !== 'view') ?? false
  return { chart: charts && somewhere, dashboard: dashboards && somewhere }
}
