import { Button, Menu, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { may, mayCreateApps } from '@/api/session'
import { Icon } from './icons'
import { useMe, useProject } from './me'
import { useMaking } from './saved/making'

/** What this person may make here. Not shown when that is nothing. */
export function NewMenu({ projectId }: { projectId?: string | undefined }) {
  const { features } = useMe()
  const project = useProject(projectId)
  const navigate = useNavigate()
  const making = useMaking(project)
  if (!project) return null
  const app = features.dataApps.enabled && mayCreateApps(project)
  const space = may(project, 'create:Space')
  if (!app && !space && !making.chart && !making.dashboard) return null
  return (
    <Menu position="bottom-end" width={300}>
      <Menu.Target>
        <Button leftSection={<Icon name="plus" size={16} />} aria-label="New">
          New
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {app && (
          <Menu.Item
            aria-label="Data apps"
            leftSection={<Icon name="app" />}
            onClick={() => void navigate({ to: '/apps/new', search: { project: project.id } })}
          >
            <Text size="sm" fw={560}>
              Data apps
            </Text>
            <Text size="xs" c="dimmed">
              Describe it; an agent writes it on your data.
            </Text>
          </Menu.Item>
        )}
        {making.dashboard && (
          <Menu.Item
            aria-label="Dashboard"
            leftSection={<Icon name="dashboard" />}
            onClick={() => void navigate({ to: '/dashboards/new', search: { project: project.id } })}
          >
            <Text size="sm" fw={560}>
              Dashboard
            </Text>
            <Text size="xs" c="dimmed">
              Charts and words on a grid, with filters over them.
            </Text>
          </Menu.Item>
        )}
        {making.chart && (
          <Menu.Item
            aria-label="Chart"
            leftSection={<Icon name="chart" />}
            onClick={() => void navigate({ to: '/charts/new', search: { project: project.id } })}
          >
            <Text size="sm" fw={560}>
              Chart
            </Text>
            <Text size="xs" c="dimmed">
              Choose what to ask and how to draw it.
            </Text>
          </Menu.Item>
        )}
        {space && (
          <Menu.Item
            aria-label="Space"
            leftSection={<Icon name="folder" />}
            onClick={() =>
              void navigate({
                to: '/projects/$projectId/spaces',
                params: { projectId: project.id },
                search: { create: true },
              })
            }
          >
            <Text size="sm" fw={560}>
              Space
            </Text>
            <Text size="xs" c="dimmed">
              A shared place with its own access.
            </Text>
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
