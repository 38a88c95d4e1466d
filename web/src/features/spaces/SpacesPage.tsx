import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { may } from '@/api/session'
import { spacesQuery } from '@/api/spaces'
import { EmptyState } from '@/parts/EmptyState'
import { Icon } from '@/parts/icons'
import { Loaded } from '@/parts/Loaded'
import { useProject } from '@/parts/me'
import { Page } from '@/parts/Page'
import { CreateSpace } from './CreateSpace'
import { SpaceTree } from './SpaceTree'

const route = getRouteApi('/signed-in/projects/$projectId/spaces')

export default function SpacesPage() {
  const { projectId } = route.useParams()
  const { create = false } = route.useSearch()
  const navigate = route.useNavigate()
  const spaces = useQuery(spacesQuery(projectId))
  const mayCreate = may(useProject(projectId), 'create:Space')
  const show = (creating: boolean) => void navigate({ search: creating ? { create: true } : {}, replace: true })
  const button = mayCreate && (
    <Button variant="default" leftSection={<Icon name="plus" size={16} />} onClick={() => show(true)}>
      Create space
    </Button>
  )
  return (
    <Page title="Spaces" actions={button}>
      <Loaded query={spaces} waiting={<Skeleton height={240} radius="lg" />}>
        {(list) =>
          list.length > 0 ? (
            <SpaceTree spaces={list} projectId={projectId} />
          ) : (
            <EmptyState title="No spaces yet">
              A space is a shared place for dashboards, charts and apps, with its own access. {mayCreate ? 'Create the first one.' : ''}
            </EmptyState>
          )
        }
      </Loaded>
      <CreateSpace
        projectId={projectId}
        spaces={spaces.data ?? []}
        opened={create && mayCreate}
        onClose={() => show(false)}
      />
    </Page>
  )
}
