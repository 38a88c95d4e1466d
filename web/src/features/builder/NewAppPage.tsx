import { Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { createApp } from '@/api/apps'
import { mayCreateApps } from '@/api/session'
import { richestExploresQuery } from '@/api/catalog'
import { DataAppsOff } from '@/parts/DataAppsOff'
import { Icon } from '@/parts/icons'
import { useMe, useProject } from '@/parts/me'
import { Page } from '@/parts/Page'
import { ProblemCard } from '@/parts/ProblemCard'
import { PromptBox } from '@/parts/PromptBox'
import { examplePrompts } from './examples'
import { ModelNote } from './ModelNote'
import classes from './NewAppPage.module.css'

const route = getRouteApi('/signed-in/apps/new')

export default function NewAppPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const queryClient = useQueryClient()
  const { features } = useMe()
  const project = useProject(search.project)
  const [prompt, setPrompt] = useState(search.prompt ?? '')
  const projectId = project?.id ?? ''
  const building = useMutation({
    mutationFn: (text: string) => createApp(projectId, text, search.space),
    onSuccess: async ({ app, version }) => {
      queryClient.setQueryData(['app', app.id], app)
      queryClient.setQueryData(['versions', app.id], [version])
      void queryClient.invalidateQueries({ queryKey: ['apps'] })
      await navigate({ to: '/apps/$appId/build', params: { appId: app.id }, replace: true })
    },
  })
  return (
    <Page
      title="New data app"
      narrow
      heading={
        <div>
          <Title order={1} mt="lg">
            What would you like to see?
          </Title>
          <Text c="dimmed" mt={6}>
            Say it in your own words: the figures, how to split them, the filters, the charts.
            {project ? ` It is built on the data of ${project.name}.` : ''}
          </Text>
        </div>
      }
    >
      {!features.dataApps.enabled ? (
        <DataAppsOff />
      ) : !mayCreateApps(project) ? (
        <ProblemCard
          tone="notice"
          error={{
            title: 'You can’t build apps here',
            cause: project
              ? `Your role in ${project.name} (${project.role.replaceAll('_', ' ')}) does not hold the scope create:DataApp.`
              : 'You are in no project.',
            cure: 'Ask an administrator of the project for the role editor, or for a custom role with this scope.',
          }}
        />
      ) : (
        <Stack gap="lg">
          <PromptBox
            label="Describe your app"
            placeholder="Monthly revenue by store, with a filter on customer type, and the top ten products"
            action="Build"
            rows={4}
            autoFocus
            value={prompt}
            onChange={setPrompt}
            onSend={(text) => building.mutate(text)}
            sending={building.isPending}
          />
          {building.isError && <ProblemCard error={building.error} />}
          <ModelNote />
          <Examples projectId={projectId} onPick={setPrompt} />
        </Stack>
      )}
    </Page>
  )
}

/** Only an offer: where the catalog can't be read, there is none. */
function Examples({ projectId, onPick }: { projectId: string; onPick: (prompt: string) => void }) {
  const { data } = useQuery(richestExploresQuery(projectId))
  const prompts = data ? examplePrompts(data) : []
  if (prompts.length === 0) return null
  return (
    <section aria-labelledby="examples">
      <Text id="examples" size="sm" c="dimmed" fw={560} mb="xs">
        For example, from this project’s catalog
      </Text>
      <div className={classes.examples}>
        {prompts.map((prompt) => (
          <UnstyledButton key={prompt} className={`card ${classes.example}`} onClick={() => onPick(prompt)}>
            <Icon name="spark" size={16} color="light-dark(var(--mantine-color-amber-5), var(--mantine-color-amber-4))" />
            <span>{prompt}</span>
          </UnstyledButton>
        ))}
      </div>
    </section>
  )
}
