import { ActionIcon, Menu, Select, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { rememberProject, signOut } from '@/api/session'
import { Icon } from './icons'
import { Wordmark } from './Mark'
import { useMe, useProject } from './me'
import { NewMenu } from './NewMenu'
import classes from './Shell.module.css'
import { ThemeToggle } from './ThemeToggle'

/** The frame of every signed-in page: where am I, what can I make, who am I. */
export function Shell() {
  const me = useMe()
  const { projectId } = useParams({ strict: false })
  const project = useProject(projectId)
  const navigate = useNavigate()
  useEffect(() => {
    if (projectId) rememberProject(projectId)
  }, [projectId])

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        Skip to content
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link to="/" className={classes.brand} aria-label="Vitrail, home">
            <Wordmark />
          </Link>
          <nav className={classes.nav} aria-label="Main">
            <Link to="/" className={classes.link} activeOptions={{ exact: true }}>
              Home
            </Link>
            {project && (
              <>
                <Link to="/projects/$projectId/apps" params={{ projectId: project.id }} className={classes.link}>
                  Data apps
                </Link>
                <Link to="/projects/$projectId/dashboards" params={{ projectId: project.id }} className={classes.link}>
                  Dashboards
                </Link>
                <Link to="/projects/$projectId/charts" params={{ projectId: project.id }} className={classes.link}>
                  Charts
                </Link>
                <Link to="/projects/$projectId/spaces" params={{ projectId: project.id }} className={classes.link}>
                  Spaces
                </Link>
              </>
            )}
          </nav>
          <div className={classes.spacer} />
          {me.projects.length > 1 && (
            <Select
              aria-label="Project"
              size="sm"
              w={180}
              visibleFrom="sm"
              allowDeselect={false}
              data={me.projects.map(({ id, name }) => ({ value: id, label: name }))}
              value={project?.id ?? null}
              onChange={(id) => {
                if (!id) return
                rememberProject(id)
                void navigate({ to: '/projects/$projectId/apps', params: { projectId: id } })
              }}
            />
          )}
          <NewMenu projectId={project?.id} />
          <ThemeToggle />
          <PersonMenu />
        </div>
      </header>
      <main id="content" className={classes.main} tabIndex={-1} style={{ outline: 'none' }}>
        <Outlet />
      </main>
    </div>
  )
}

function PersonMenu() {
  const me = useMe()
  const project = useProject()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const leave = async () => {
    await signOut().catch(() => undefined)
    queryClient.clear()
    await navigate({ to: '/login' })
  }
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="light" size="lg" radius="xl" aria-label={`Account of ${me.user.name}`}>
          <Text fz={13} fw={650} span>
            {me.user.name
              .split(/\s+/)
              .map((word) => word[0])
              .slice(0, 2)
              .join('')
              .toUpperCase()}
          </Text>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            {me.user.name}
          </Text>
          <Text size="xs">{me.user.email}</Text>
          <Text size="xs">
            {me.organization.name}
            {project ? ` · ${project.role.replaceAll('_', ' ')}` : ''}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="settings" />} onClick={() => void navigate({ to: '/settings' })}>
          Settings
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="signOut" />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
