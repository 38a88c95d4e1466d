import { Badge, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { appsQuery } from '@/api/apps'
import { may, mayCreateApps } from '@/api/session'
import { pathTo, spaceQuery, spacesQuery } from '@/api/spaces'
import { AppGrid, AppGridWaiting } from '@/parts/AppGrid'
import { DataAppsOff } from '@/parts/DataAppsOff'
import { EmptyState } from '@/parts/EmptyState'
import { Icon } from '@/parts/icons'
import { ButtonLink } from '@/parts/links'
import { Loaded } from '@/parts/Loaded'
import { useMe, useProject } from '@/parts/me'
import { Page } from '@/parts/Page'
import { ProblemPage } from '@/parts/Refusals'
import { SpaceContent, useSavedCount } from '@/parts/saved/SpaceContent'
import { Trail } from '@/parts/Trail'
import { CreateSpace } from './CreateSpace'
import { ShareSpace } from './ShareSpace'
import { SpaceMenu } from './SpaceMenu'
import { SpaceTree } from './SpaceTree'

const route = getRouteApi('/signed-in/projects/$projectId/spaces/$spaceId')

export default function SpacePage() {
  const { projectId, spaceId } = route.useParams()
  const project = useProject(projectId)
  const { features } = useMe()
  const space = useQuery(spaceQuery(spaceId))
  const spaces = useQuery(spacesQuery(projectId))
  const apps = useQuery(appsQuery(projectId, { space: spaceId }))
  const saved = useSavedCount({ projectId, spaceId })
  const [creating, { open, close }] = useDisclosure(false)
  const [sharing, share] = useDisclosure(false)
  if (space.isError) return <ProblemPage error={space.error} retry={() => void space.refetch()} />
  const all = spaces.data ?? []
  const children = all.filter((candidate) => candidate.parentId === spaceId)
  const parentName = all.find(({ id }) => id === space.data?.parentId)?.name ?? null
  const mayEdit = space.data !== undefined && space.data.role !== 'view'
  const name = space.data?.name ?? 'Space'
  const mayBuild = features.dataApps.enabled && mayCreateApps(project)
  return (
    <Page
      title={name}
      above={
        <div style={{ marginBottom: 12 }}>
          <Trail projectId={projectId} path={pathTo(all, space.data?.parentId ?? null)} />
        </div>
      }
      heading={
        <Group gap="sm">
          <Title order={1}>{space.data ? name : <Skeleton width={180} height={30} />}</Title>
          {space.data?.access === 'restricted' && (
            <Badge variant="light" color="gray" tt="none" leftSection={<Icon name="lock" size={12} />}>
              Restricted
            </Badge>
          )}
        </Group>
      }
      actions={
        <Group gap="xs">
          {space.data?.canManage && (
            <Button variant="default" leftSection={<Icon name="group" size={16} />} onClick={share.open}>
              Share
            </Button>
          )}
          {mayEdit && may(project, 'create:Space') && (
            <Button variant="default" onClick={open}>
              Create space inside
            </Button>
          )}
          {mayEdit && mayBuild && (
            <ButtonLink to="/apps/new" search={{ project: projectId, space: spaceId }} variant="default">
              Build an app here
            </ButtonLink>
          )}
          {space.data && <SpaceMenu space={space.data} parentName={parentName} />}
        </Group>
      }
    >
      <Stack gap="xl">
        {space.data?.description && (
          <Text c="dimmed" maw={720} mt="-md" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>
            {space.data.description}
          </Text>
        )}
        {children.length > 0 && <SpaceTree spaces={children} projectId={projectId} />}
        <SpaceContent projectId={projectId} spaceId={spaceId} />
        <DataAppsOff />
        <Loaded query={apps} waiting={<AppGridWaiting />}>
          {(list) =>
            list.length > 0 ? (
              <section aria-label="Data apps">
                <Title order={2} mb="sm">
                  Data apps
                </Title>
                <AppGrid apps={list} label={`Apps in ${name}`} />
              </section>
            ) : (
              saved === 0 && (
                <EmptyState title="Nothing in this space">
                  Save charts and dashboards here, or open an app in its builder and choose “Move to space”.
                </EmptyState>
              )
            )
          }
        </Loaded>
      </Stack>
      {space.data?.canManage && <ShareSpace space={space.data} opened={sharing} onClose={share.close} />}
      <CreateSpace projectId={projectId} spaces={all} parentId={spaceId} opened={creating} onClose={close} />
    </Page>
  )
}
