import { Button, Group, Select, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { appsQuery } from '@/api/apps'
import { mayCreateApps } from '@/api/session'
import { flatten, spacesQuery, spaceTree } from '@/api/spaces'
import { AppGrid, AppGridWaiting } from '@/parts/AppGrid'
import { DataAppsOff } from '@/parts/DataAppsOff'
import { EmptyState } from '@/parts/EmptyState'
import { Icon } from '@/parts/icons'
import { ButtonLink } from '@/parts/links'
import { Loaded } from '@/parts/Loaded'
import { useMe, useProject } from '@/parts/me'
import { Page } from '@/parts/Page'
import { matching } from './matching'

const route = getRouteApi('/signed-in/projects/$projectId/apps')

export default function AppsPage() {
  const { projectId } = route.useParams()
  const { q = '', mine = false, space } = route.useSearch()
  const navigate = route.useNavigate()
  const { features } = useMe()
  const project = useProject(projectId)
  const filter = { ...(space ? { space } : {}), ...(mine ? { mine } : {}) }
  const apps = useQuery(appsQuery(projectId, filter))
  const spaces = useQuery(spacesQuery(projectId))
  const narrow = (change: { q?: string; mine?: boolean; space?: string }) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true })
  const mayBuild = features.dataApps.enabled && mayCreateApps(project)
  return (
    <Page title="Data apps">
      {!features.dataApps.enabled && (
        <div style={{ marginBottom: 24 }}>
          <DataAppsOff />
        </div>
      )}
      <Group gap="sm" mb="lg" role="search" aria-label="Data apps">
        <TextInput
          aria-label="Search apps"
          placeholder="Search apps"
          type="search"
          leftSection={<Icon name="search" size={16} />}
          value={q}
          onChange={(event) => narrow({ q: event.currentTarget.value || undefined })}
          style={{ flex: '1 1 220px' }}
        />
        <Select
          aria-label="Space"
          placeholder="All spaces"
          clearable
          searchable
          w={220}
          value={space ?? null}
          onChange={(value) => narrow({ space: value ?? undefined })}
          data={flatten(spaceTree(spaces.data ?? [])).map(({ id, name, depth }) => ({
            value: id,
            label: `${'\u2003'.repeat(depth)}${name}`,
          }))}
        />
        <Switch
          label="Mine"
          checked={mine}
          onChange={(event) => narrow({ mine: event.currentTarget.checked || undefined })}
        />
      </Group>
      <Loaded query={apps} waiting={<AppGridWaiting count={6} />}>
        {(all) => {
          const shown = matching(all, q)
          if (shown.length > 0) return <AppGrid apps={shown} label="Data apps" />
          if (q || mine || space) {
            return (
              <EmptyState
                title="Nothing matches"
                action={
                  <Button
                    variant="default"
                    onClick={() => narrow({ q: undefined, mine: undefined, space: undefined })}
                  >
                    Show all apps
                  </Button>
                }
              >
                No app that you may see fits this search.
              </EmptyState>
            )
          }
          return (
            <EmptyState
              title="No data apps yet"
              action={
                mayBuild && (
                  <ButtonLink to="/apps/new" search={{ project: projectId }}>
                    Describe an app
                  </ButtonLink>
                )
              }
            >
              {mayBuild
                ? 'Write what you want to see in a sentence. A few moments later it runs on your data.'
                : 'Apps that others share with you in a space appear here.'}
            </EmptyState>
          )
        }}
      </Loaded>
    </Page>
  )
}
