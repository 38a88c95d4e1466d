import { Group, Select, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { projectGroupsQuery, projectPeopleQuery } from '@/api/directory'
import { currentProject, may } from '@/api/session'
import { PagedList } from '@/parts/directory/PagedList'
import { SearchField } from '@/parts/directory/SearchField'
import { EmptyState } from '@/parts/EmptyState'
import { Loaded } from '@/parts/Loaded'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'
import { AddHolder } from './AddHolder'
import { HolderRow } from './HolderRow'

const route = getRouteApi('/signed-in/settings/project-access')

/** Who may do what in a project, and from where. */
export default function ProjectAccessPage() {
  const me = useMe()
  const { project: wanted } = route.useSearch()
  const navigate = route.useNavigate()
  const projects = me.projects.filter((each) => may(each, 'manage:Project') || me.scopes.includes('manage:Project'))
  const project =
    projects.find((each) => each.id === wanted) ??
    projects.find((each) => each.id === currentProject(me)?.id) ??
    projects[0]
  return (
    <Page
      title="Project access"
      narrow
      actions={
        projects.length > 1 && (
          <Select
            aria-label="Project"
            allowDeselect={false}
            data={projects.map(({ id, name }) => ({ value: id, label: name }))}
            value={project?.id ?? null}
            onChange={(id) => void navigate({ search: { project: id ?? undefined } })}
          />
        )
      }
    >
      {project ? (
        <Access key={project.id} projectId={project.id} name={project.name} />
      ) : (
        <EmptyState title="No project to manage">You manage no project, or there is none yet.</EmptyState>
      )}
    </Page>
  )
}

function Access({ projectId, name }: { projectId: string; name: string }) {
  const { q, page } = route.useSearch()
  const navigate = route.useNavigate()
  const groups = useQuery(projectGroupsQuery(projectId))
  const holders = useQuery(projectPeopleQuery(projectId, { q, page }))
  return (
    <Stack gap="xl">
      <AddHolder projectId={projectId} projectName={name} />
      <section aria-label="Groups">
        <Title order={2} size="h3" mb="xs">
          Groups
        </Title>
        <Loaded query={groups} waiting={<Skeleton height={80} radius="lg" />}>
          {(known) =>
            known.length === 0 ? (
              <Text size="sm" c="dimmed">
                No group holds a role in this project.
              </Text>
            ) : (
              <ul aria-label="Groups" className="card rows" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
                {known.map((holder) => (
                  <HolderRow key={holder.id} projectId={projectId} holder={holder} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </section>
      <section aria-label="People">
        <Title order={2} size="h3" mb="xs">
          People and service accounts
        </Title>
        <Stack gap="sm">
          <Group>
            <SearchField
              label="Search people"
              value={q}
              onChange={(text) =>
                void navigate({ search: (old) => ({ ...old, q: text, page: undefined }), replace: true })
              }
            />
          </Group>
          <PagedList
            query={holders}
            label="People"
            page={page}
            onPage={(next) => void navigate({ search: (old) => ({ ...old, page: next }) })}
            count={(total) => `${total} in all`}
            empty={<Text c="dimmed">Nobody who may do something here has these words in name or address.</Text>}
          >
            {(holder) => <HolderRow key={holder.id} projectId={projectId} holder={holder} />}
          </PagedList>
        </Stack>
      </section>
    </Stack>
  )
}
