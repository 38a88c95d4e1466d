import { ActionIcon, Button, Group, Menu, Modal, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { deleteApp, moveApp, renameApp } from '@/api/apps'
import type { App } from '@/api/types'
import { Icon } from '@/parts/icons'
import { ButtonLink } from '@/parts/links'
import { MoveToSpace } from '@/parts/MoveToSpace'
import { ProblemCard } from '@/parts/ProblemCard'
import { RenameForm } from '@/parts/RenameForm'
import { StatusBadge } from '@/parts/status'
import { useAccessEntries } from '@/parts/why/useAccessEntries'
import classes from './BuilderPage.module.css'

/** What the app is called, where it lies, and what can be done with it as a whole. */
export function BuilderHeader({ app }: { app: App }) {
  const [moving, move] = useDisclosure(false)
  const [renaming, rename] = useDisclosure(false)
  const [deleting, remove] = useDisclosure(false)
  const access = useAccessEntries({ item: { kind: 'app', id: app.id }, name: app.name, canManage: app.canManage })
  const queryClient = useQueryClient()
  const file = async (spaceId: string | null) => {
    await moveApp(app.id, spaceId)
    await queryClient.invalidateQueries({ queryKey: ['app', app.id] })
    await queryClient.invalidateQueries({ queryKey: ['apps'] })
    await queryClient.invalidateQueries({ queryKey: ['spaces'] })
  }
  return (
    <div className={classes.header}>
      <div className={classes.title}>
        <Group gap={10} wrap="nowrap">
          <Title order={1} fz="1.15rem" className={classes.name}>
            {app.name}
          </Title>
          <StatusBadge status={app.status} />
        </Group>
        <Text size="xs" c="dimmed" style={{ display: 'flex', gap: 5, alignItems: 'center' }}>
          <Icon name={app.spaceId ? 'folder' : 'user'} size={14} /> {app.spaceName ?? 'Personal'}
        </Text>
      </div>
      {app.canManage && (
        <Button variant="default" size="sm" onClick={move.open} leftSection={<Icon name="folder" size={16} />}>
          Move to space
        </Button>
      )}
      {app.readyVersion !== null && (
        <ButtonLink
          to="/apps/$appId"
          params={{ appId: app.id }}
          variant="default"
          size="sm"
          leftSection={<Icon name="open" size={16} />}
        >
          Open app
        </ButtonLink>
      )}
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <Icon name="dots" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {access.entries}
          {app.canManage && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<Icon name="pencil" size={16} />} onClick={rename.open}>
                Rename
              </Menu.Item>
              <Menu.Item color="ruby" leftSection={<Icon name="trash" size={16} />} onClick={remove.open}>
                Delete
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {access.dialogs}
      <MoveToSpace
        projectId={app.projectId}
        spaceId={app.spaceId}
        personal
        move={file}
        opened={moving}
        onClose={move.close}
      />
      <Modal opened={renaming} onClose={rename.close} title="Rename app">
        {renaming && <Rename app={app} onClose={rename.close} />}
      </Modal>
      <Modal opened={deleting} onClose={remove.close} title="Delete app">
        {deleting && <Delete app={app} onClose={remove.close} />}
      </Modal>
    </div>
  )
}

function Rename({ app, onClose }: { app: App; onClose: () => void }) {
  const queryClient = useQueryClient()
  return (
    <RenameForm
      name={app.name}
      save={async ({ name }) => {
        queryClient.setQueryData(['app', app.id], await renameApp(app.id, name))
        await queryClient.invalidateQueries({ queryKey: ['apps'] })
      }}
      onClose={onClose}
    />
  )
}

function Delete({ app, onClose }: { app: App; onClose: () => void }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const deleting = useMutation({
    mutationFn: () => deleteApp(app.id),
    onSuccess: async () => {
      await navigate({ to: '/projects/$projectId/apps', params: { projectId: app.projectId } })
      queryClient.removeQueries({ queryKey: ['app', app.id] })
      queryClient.removeQueries({ queryKey: ['versions', app.id] })
      await queryClient.invalidateQueries({ queryKey: ['apps'] })
    },
  })
  return (
    <Stack gap="md">
      <Text size="sm">
        “{app.name}” with all its versions is deleted for everyone. This can’t be undone.
      </Text>
      {deleting.isError && <ProblemCard error={deleting.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button color="ruby" loading={deleting.isPending} onClick={() => deleting.mutate()}>
          Delete app
        </Button>
      </Group>
    </Stack>
  )
}
