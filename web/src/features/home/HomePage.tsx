import { Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { appsQuery } from '@/api/apps'
import { contentQuery } from '@/api/content'
import { mayCreateApps, runsInstance } from '@/api/session'
import { flatten, spacesQuery, spaceTree } from '@/api/spaces'
import type { ProjectAccess } from '@/api/types'
import { AppGrid, AppGridWaiting } from '@/parts/AppGrid'
import { DataAppsOff } from '@/parts/DataAppsOff'
import { EmptyState } from '@/parts/EmptyState'
import { ButtonLink, TextLink } from '@/parts/links'
import { Loaded } from '@/parts/Loaded'
import { useMe, useProject } from '@/parts/me'
import { Page } from '@/parts/Page'
import { ContentList } from '@/parts/saved/ContentList'
import { SpaceRow } from '@/parts/SpaceRow'

export default function HomePage() {
  const me = useMe()
  const project = useProject()
  const first = me.user.name.split(/\s+/)[0]
  return (
    <Page
      title="Home"
      heading={
        <div>
          <Text size="sm" c="dimmed" mb={4}>
            {project?.name ?? me.organization.name}
          </Text>
          <Title order={1}>Hello, {first}</Title>
        </div>
      }
    >
      <Stack gap={44}>
        <DataAppsOff />
        {project ? (
          <>
            <RecentDashboards project={project} />
            <RecentApps project={project} />
            <Spaces project={project} />
          </>
        ) : runsInstance(me) ? (
          <EmptyState
            title="No project yet"
            action={<ButtonLink to="/settings/projects">Connect a project</ButtonLink>}
          >
            A project is a dbt folder and the warehouse that it was run against. Charts, dashboards and data apps are made
            in one.
          </EmptyState>
        ) : (
          <EmptyState title="You are in no project yet">
            Ask your administrator to give you a role in a project. Its apps and spaces then appear here.
          </EmptyState>
        )}
      </Stack>
    </Page>
  )
}

/** Nothing where there is none: a home page need not speak of what a newcomer can't open. */
function RecentDashboards({ project }: { project: ProjectAccess }) {
  const filter = { kind: 'dashboard' } as const
  const { data } = useInfiniteQuery(contentQuery(project.id, filter))
  if (!data?.pages[0]?.total) return null
  return (
    <section aria-labelledby="dashboards">
      <Group justify="space-between" mb="md">
        <Title order={2} id="dashboards">
          Dashboards
        </Title>
        <TextLink to="/projects/$projectId/dashboards" params={{ projectId: project.id }} size="sm">
          All dashboards
        </TextLink>
      </Group>
      <ContentList projectId={project.id} filter={filter} label="Dashboards" empty={null} most={5} />
    </section>
  )
}

function RecentApps({ project }: { project: ProjectAccess }) {
  const apps = useQuery(appsQuery(project.id))
  const { features } = useMe()
  const mayBuild = features.dataApps.enabled && mayCreateApps(project)
  return (
    <section aria-labelledby="recent">
      <Group justify="space-between" mb="md">
        <Title order={2} id="recent">
          Recent apps
        </Title>
        <TextLink to="/projects/$projectId/apps" params={{ projectId: project.id }} size="sm">
          All data apps
        </TextLink>
      </Group>
      <Loaded query={apps} waiting={<AppGridWaiting />}>
        {(list) =>
          list.length > 0 ? (
            <AppGrid
              label="Recent apps"
              apps={list.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt)).slice(0, 6)}
            />
          ) : (
            <div className="card">
              <EmptyState
                title={mayBuild ? 'Build your first data app' : 'No data apps yet'}
                action={
                  mayBuild && (
                    <ButtonLink to="/apps/new" search={{ project: project.id }} mt="xs">
                      Describe an app
                    </ButtonLink>
                  )
                }
              >
                {mayBuild
                  ? 'Write what you want to see in a sentence. A few moments later it runs on your data.'
                  : 'Apps that others share with you in a space appear here.'}
              </EmptyState>
            </div>
          )
        }
      </Loaded>
    </section>
  )
}

function Spaces({ project }: { project: ProjectAccess }) {
  const spaces = useQuery(spacesQuery(project.id))
  return (
    <section aria-labelledby="spaces">
      <Group justify="space-between" mb="md">
        <Title order={2} id="spaces">
          Spaces
        </Title>
        <TextLink to="/projects/$projectId/spaces" params={{ projectId: project.id }} size="sm">
          All spaces
        </TextLink>
      </Group>
      <Loaded query={spaces} waiting={<Skeleton height={120} radius="lg" />}>
        {(list) => (
          <div className="card" style={{ overflow: 'hidden' }}>
            {list.length === 0 && (
              <Text c="dimmed" p="lg">
                No spaces yet.
              </Text>
            )}
            {flatten(spaceTree(list))
              .slice(0, 8)
              .map((space) => (
                <SpaceRow key={space.id} space={space} projectId={project.id} />
              ))}
          </div>
        )}
      </Loaded>
    </section>
  )
}
