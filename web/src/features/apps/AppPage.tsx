import { ActionIcon, Group, Menu, Skeleton, Text, Title, Tooltip } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { appQuery, underWay } from '@/api/apps'
import { isRefusal } from '@/api/problem'
import { pathTo, spacesQuery } from '@/api/spaces'
import type { App } from '@/api/types'
import { AnswerAge } from '@/parts/AnswerAge'
import { AppFrame } from '@/parts/AppFrame'
import { EmptyState } from '@/parts/EmptyState'
import { Icon } from '@/parts/icons'
import { ButtonLink } from '@/parts/links'
import { ProblemPage } from '@/parts/Refusals'
import { Trail } from '@/parts/Trail'
import { useAppNumbers } from '@/parts/useAppNumbers'
import { useAccessEntries } from '@/parts/why/useAccessEntries'
import classes from './AppPage.module.css'

const route = getRouteApi('/signed-in/apps/$appId')

export default function AppPage() {
  const { appId } = route.useParams()
  const query = useQuery(appQuery(appId))
  const app = query.data
  const numbers = useAppNumbers()
  useDocumentTitle(`${app?.name ?? 'Data app'} · Vitrail`)
  if (query.isError && (!app || isRefusal(query.error))) return <ProblemPage error={query.error} retry={() => void query.refetch()} />
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <div className={classes.title}>
          {app ? <Heading app={app} /> : <Skeleton width={260} height={44} />}
        </div>
        <AnswerAge asOf={numbers.asOf} refreshing={numbers.refreshing} onRefresh={numbers.refresh} />
        <Tooltip
          label="Every number comes from the semantic layer and obeys your own permissions: others may see other rows."
          multiline
          w={280}
          events={{ hover: true, focus: true, touch: true }}
        >
          <Group gap={6} wrap="nowrap" tabIndex={0} style={{ borderRadius: 6 }}>
            <Icon name="shield" size={17} color="light-dark(var(--mantine-color-verdigris-6), var(--mantine-color-verdigris-4))" />
            <Text size="sm" c="dimmed">
              Governed: only your rows
            </Text>
          </Group>
        </Tooltip>
        {app?.canManage && (
          <ButtonLink
            to="/apps/$appId/build"
            params={{ appId }}
            variant="default"
            size="sm"
            leftSection={<Icon name="pencil" size={15} />}
          >
            Open builder
          </ButtonLink>
        )}
        {app && <More app={app} />}
      </div>
      <div className={classes.stage}>
        {app &&
          (app.readyVersion === null ? (
            <NothingToShow app={app} />
          ) : (
            <AppFrame
              key={app.readyVersion}
              appId={app.id}
              version={app.readyVersion}
              title={app.name}
              {...numbers.frame}
            />
          ))}
      </div>
    </div>
  )
}

function More({ app }: { app: App }) {
  const access = useAccessEntries({ item: { kind: 'app', id: app.id }, name: app.name, canManage: app.canManage })
  return (
    <>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <Icon name="dots" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>{access.entries}</Menu.Dropdown>
      </Menu>
      {access.dialogs}
    </>
  )
}

function Heading({ app }: { app: App }) {
  const spaces = useQuery(spacesQuery(app.projectId))
  return (
    <>
      <Title order={1} fz="1.15rem" style={{ overflowWrap: 'anywhere' }}>
        {app.name}
      </Title>
      <Group gap={8} mt={2}>
        {app.spaceId ? (
          <Trail projectId={app.projectId} path={pathTo(spaces.data ?? [], app.spaceId)} />
        ) : (
          <Text size="sm" c="dimmed">
            Personal
          </Text>
        )}
        <Text size="sm" c="dimmed">
          · Built by {app.createdBy.name}
        </Text>
      </Group>
    </>
  )
}

function NothingToShow({ app }: { app: App }) {
  const building = underWay(app)
  return (
    <div style={{ margin: 'auto' }}>
      <EmptyState
        title={building ? 'This app is being built' : 'No version of this app is ready'}
        action={
          app.canManage && (
            <ButtonLink to="/apps/$appId/build" params={{ appId: app.id }}>
              Open builder
            </ButtonLink>
          )
        }
      >
        {building
          ? 'It appears here as soon as its first version is checked and ready.'
          : 'The builder shows what went wrong and how to go on.'}
      </EmptyState>
    </div>
  )
}
