import { Badge, Button, Group, List, Modal, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type CatalogState as Catalog, catalogStateQuery, type Connection, connectionQuery, connectProject, renameProject } from '@/api/projects'
import type { ProjectAccess } from '@/api/types'
import { ProblemCard } from '@/parts/ProblemCard'
import { RenameForm } from '@/parts/RenameForm'
import { StateMark } from '@/parts/StateMark'
import { ago } from '@/parts/time'
import { CatalogState } from './CatalogState'
import { ConnectionForm } from './ConnectionForm'

const SHOWN = 5

/** One project: how it is connected, whether that works now, and what can be changed. */
export function ProjectCard({ project }: { project: ProjectAccess }) {
  const queryClient = useQueryClient()
  const connection = useQuery(connectionQuery(project.id))
  const catalog = useQuery(catalogStateQuery(project.id))
  const [renaming, rename] = useDisclosure()
  const [connecting, connect] = useDisclosure()
  const keep = async (found: Connection) => {
    queryClient.setQueryData(connectionQuery(project.id).queryKey, found)
    await queryClient.invalidateQueries({ queryKey: catalogStateQuery(project.id).queryKey })
  }
  const again = useMutation({
    // With a folder, the folder would take the place of an uploaded catalog.
    mutationFn: ({ dbt, warehouse }: Connection) => {
      const uploaded = queryClient.getQueryData(catalogStateQuery(project.id).queryKey)?.uploadedAt
      return connectProject(project.id, { dbt: uploaded ? null : dbt || null, warehouse })
    },
    onSuccess: keep,
  })
  return (
    <li className="card" style={{ padding: '18px 20px' }} aria-label={project.name}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Title order={2} size="h3">
              {project.name}
            </Title>
            {project.preview && <Badge variant="light">Preview</Badge>}
          </Group>
          <Group gap="xs">
            <Button variant="default" size="compact-sm" onClick={rename.open}>
              Rename
            </Button>
            <Button variant="default" size="compact-sm" onClick={connect.open} disabled={!connection.data}>
              Change connection
            </Button>
            <Button
              variant="default"
              size="compact-sm"
              loading={again.isPending}
              disabled={!connection.data}
              onClick={() => connection.data && again.mutate(connection.data)}
            >
              Connect again
            </Button>
          </Group>
        </Group>
        {connection.isPending && <Skeleton height={72} />}
        {connection.isError && <ProblemCard error={connection.error} retry={() => void connection.refetch()} />}
        {again.isError && <ProblemCard error={again.error} />}
        {connection.data && <State connection={connection.data} problems={ofConnection(connection.data, catalog.data)} />}
        <CatalogState projectId={project.id} />
      </Stack>
      <Modal opened={renaming} onClose={rename.close} title="Rename project">
        <Rename project={project} onDone={rename.close} />
      </Modal>
      <Modal opened={connecting} onClose={connect.close} title={`Connect ${project.name}`}>
        {connection.data && (
          <ConnectionForm
            before={connection.data}
            connect={async ({ dbt, warehouse }) => keep(await connectProject(project.id, { dbt, warehouse }))}
            onDone={connect.close}
          />
        )}
      </Modal>
    </li>
  )
}

/** The problems of a connection that its catalog does not tell already. */
function ofConnection({ problems }: Connection, catalog: Catalog | undefined): Connection['problems'] {
  const told = new Set(catalog?.problems.map(({ title, cause }) => title + cause))
  return problems.filter(({ title, cause }) => !told.has(title + cause))
}

function State({ connection, problems }: { connection: Connection; problems: Connection['problems'] }) {
  const { works, explores, fields } = connection
  return (
    <Stack gap={6}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <StateMark state={works ? 'ok' : 'wrong'} label={works ? 'Works' : 'Does not work'} />
        <div style={{ minWidth: 0 }}>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {works ? `${explores} explores with ${fields} fields. ` : ''}
            {connection.dbt ? (
              <>
                Folder <code>{connection.dbt}</code>
              </>
            ) : (
              'Catalog uploaded'
            )}
            , warehouse{' '}
            <code>{connection.warehouse}</code>
          </Text>
          <Text size="xs" c="dimmed">
            Connected {ago(connection.connectedAt)}
          </Text>
        </div>
      </Group>
      {problems.length > 0 && (
        <List size="sm" spacing={6} withPadding aria-label="Problems">
          {problems.slice(0, SHOWN).map((problem) => (
            <List.Item key={problem.title + problem.cause} style={{ overflowWrap: 'anywhere' }}>
              <strong>{problem.title}:</strong> {problem.cause} {problem.where && <Text span inherit c="dimmed">({problem.where})</Text>}
              <br />
              {problem.cure}
            </List.Item>
          ))}
          {problems.length > SHOWN && (
            <List.Item>and {problems.length - SHOWN} more; “vitrail catalog check” on the server lists all.</List.Item>
          )}
        </List>
      )}
    </Stack>
  )
}

function Rename({ project, onDone }: { project: ProjectAccess; onDone: () => void }) {
  const queryClient = useQueryClient()
  return (
    <RenameForm
      name={project.name}
      save={async ({ name }) => {
        await renameProject(project.id, name)
        await queryClient.invalidateQueries({ queryKey: ['me'] })
      }}
      onClose={onDone}
    />
  )
}
