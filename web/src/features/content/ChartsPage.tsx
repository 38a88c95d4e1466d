import { getRouteApi } from '@tanstack/react-router'
import { ButtonLink } from '@/parts/links'
import { useProject } from '@/parts/me'
import { useMaking } from '@/parts/saved/making'
import { SavedList } from './SavedList'

const route = getRouteApi('/signed-in/projects/$projectId/charts')

export default function ChartsPage() {
  const { projectId } = route.useParams()
  const { q = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const making = useMaking(useProject(projectId))
  return (
    <SavedList
      kind="chart"
      title="Charts"
      projectId={projectId}
      q={q}
      onSearch={(words) => void navigate({ search: { q: words }, replace: true })}
      make={
        making.chart && (
          <ButtonLink to="/charts/new" search={{ project: projectId }} variant="default">
            New chart
          </ButtonLink>
        )
      }
    />
  )
}
