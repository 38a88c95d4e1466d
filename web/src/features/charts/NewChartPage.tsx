import { Button, Select, Skeleton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { catalogQuery } from '@/api/catalog'
import { EmptyState } from '@/parts/EmptyState'
import { Loaded } from '@/parts/Loaded'
import { useProject } from '@/parts/me'
import { Unsaved } from '@/parts/Unsaved'
import { ChartEditor } from './ChartEditor'
import { begun, type Draft, lacking } from './draft'
import { EditorHead } from './EditorHead'
import { SaveChart } from './SaveChart'

const route = getRouteApi('/signed-in/charts/new')

export default function NewChartPage() {
  const search = route.useSearch()
  const project = useProject(search.project)
  if (!project) {
    return <EmptyState title="You are in no project yet">Ask your administrator to give you a role in one.</EmptyState>
  }
  return <NewChart key={project.id} projectId={project.id} />
}

function NewChart({ projectId }: { projectId: string }) {
  const { space, explore } = route.useSearch()
  const navigate = useNavigate()
  const explores = useQuery(catalogQuery(projectId))
  const [made, setMade] = useState<Draft | null>(null)
  const [saved, setSaved] = useState(false)
  const [saving, save] = useDisclosure(false)
  return (
    <EditorHead
      title="New chart"
      actions={
        <Button disabled={!made?.config || lacking(made) !== null} onClick={save.open}>
          Save
        </Button>
      }
    >
      <Loaded query={explores} waiting={<Skeleton height={420} radius="lg" />}>
        {(list) => {
          const [first] = list.toSorted((a, b) => b.metrics - a.metrics)
          const named = list.find(({ name }) => name === explore) ?? first
          if (!named) return <EmptyState title="Nothing to ask">The project’s catalog has no explore that you may see.</EmptyState>
          const draft = made ?? begun(named.name)
          return (
            <>
              <ChartEditor
                projectId={projectId}
                draft={draft}
                onChange={setMade}
                explore={
                  <Select
                    label="Explore"
                    mb="sm"
                    searchable
                    allowDeselect={false}
                    data={list.map(({ name, label }) => ({ value: name, label }))}
                    value={draft.query.exploreName}
                    onChange={(name) => name && setMade(begun(name))}
                  />
                }
              />
              {draft.config && (
                <SaveChart
                  projectId={projectId}
                  spaceId={space ?? null}
                  query={draft.query}
                  config={draft.config}
                  opened={saving}
                  onClose={save.close}
                  onSaved={async (chart) => {
                    setSaved(true)
                    save.close()
                    await navigate({ to: '/charts/$chartId', params: { chartId: chart.id }, ignoreBlocker: true })
                  }}
                />
              )}
            </>
          )
        }}
      </Loaded>
      <Unsaved changed={made !== null && !saved} />
    </EditorHead>
  )
}
