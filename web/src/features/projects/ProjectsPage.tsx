import { Button, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQueryClient } from '@tanstack/react-query'
import { createProject } from '@/api/projects'
import { rememberProject } from '@/api/session'
import { EmptyState } from '@/parts/EmptyState'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'
import { ConnectionForm } from './ConnectionForm'
import { ProjectCard } from './ProjectCard'

/** The projects of the organisation, for its administrators. */
export default function ProjectsPage() {
  const me = useMe()
  const queryClient = useQueryClient()
  const [creating, create] = useDisclosure()
  const button = <Button onClick={create.open}>New project</Button>
  return (
    <Page title="Projects" narrow actions={me.projects.length > 0 && button}>
      {me.projects.length === 0 ? (
        <EmptyState title="No project yet" action={button}>
          A project is a dbt folder and the warehouse that it was run against. Everything else here is made in one.
        </EmptyState>
      ) : (
        <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 16 }}>
          {me.projects.map((project) => (
            <ProjectCard key={project.id} project={project} />
          ))}
        </ul>
      )}
      <Modal opened={creating} onClose={create.close} title="New project">
        <ConnectionForm
          connect={async (wanted) => {
            const made = await createProject(wanted)
            rememberProject(made.id)
            await queryClient.invalidateQueries({ queryKey: ['me'] })
          }}
          onDone={create.close}
        />
      </Modal>
    </Page>
  )
}
