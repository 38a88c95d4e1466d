import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { createDashboard } from '@/api/dashboards'
import { EmptyState } from '@/parts/EmptyState'
import { useProject } from '@/parts/me'
import { Page } from '@/parts/Page'
import { ProblemCard } from '@/parts/ProblemCard'
import { SpaceSelect } from '@/parts/saved/SpaceSelect'
import { useChanged } from '@/parts/saved/useChanged'

const route = getRouteApi('/signed-in/dashboards/new')

/** A new dashboard's name and place; what stands on it comes next. */
export default function NewDashboardPage() {
  const search = route.useSearch()
  const project = useProject(search.project)
  const navigate = useNavigate()
  const changed = useChanged('dashboard')
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [space, setSpace] = useState<string | null>(search.space ?? null)
  const making = useMutation({
    mutationFn: () => createDashboard(project?.id ?? '', { name: name.trim(), description, spaceId: space ?? '' }),
    onSuccess: async (dashboard) => {
      await changed(dashboard.id, dashboard)
      await navigate({ to: '/dashboards/$dashboardId/edit', params: { dashboardId: dashboard.id } })
    },
  })
  if (!project) {
    return <EmptyState title="You are in no project yet">Ask your administrator to give you a role in one.</EmptyState>
  }
  const ready = name.trim() !== '' && space !== null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (ready) making.mutate()
  }
  return (
    <Page title="New dashboard" narrow>
      <form onSubmit={submit} className="card" style={{ padding: 24 }}>
        <Stack gap="md">
          <TextInput
            label="Name"
            data-autofocus
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            maxLength={2000}
            autosize
            minRows={2}
            maxRows={6}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <SpaceSelect projectId={project.id} value={space} onChange={setSpace} />
          {making.isError && <ProblemCard error={making.error} />}
          <Group justify="flex-end">
            <Button type="submit" disabled={!ready} loading={making.isPending}>
              Create dashboard
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  )
}
