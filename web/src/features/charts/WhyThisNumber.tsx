import { Button, type ButtonProps, CopyButton, Drawer, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type Explanation, explanationQuery, type Query } from '@/api/charts'
import { may } from '@/api/session'
import { Icon } from '@/parts/icons'
import { Loaded } from '@/parts/Loaded'
import { useProject } from '@/parts/me'
import { Definitions } from './Definitions'
import classes from './why.module.css'

interface WhyThisNumberProps extends Pick<ButtonProps, 'variant' | 'size'> {
  projectId: string
  query: Query
}

/** Where numbers come from, for those who may ask questions of their own; others do not see that there is more. */
export function WhyThisNumber({ projectId, query, variant = 'default', size }: WhyThisNumberProps) {
  const project = useProject(projectId)
  const [opened, drawer] = useDisclosure(false)
  if (!may(project, 'manage:Explore')) return null
  return (
    <>
      <Button variant={variant} size={size} leftSection={<Icon name="info" size={16} />} onClick={drawer.open}>
        Why this number
      </Button>
      <Drawer
        opened={opened}
        onClose={drawer.close}
        title="Why this number"
        position="right"
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
        classNames={{ content: classes.drawer, header: classes.drawer, title: classes.title }}
      >
        {opened && <Asked projectId={projectId} query={query} />}
      </Drawer>
    </>
  )
}

function Asked({ projectId, query }: { projectId: string; query: Query }) {
  const explanation = useQuery(explanationQuery(projectId, query))
  return (
    <Loaded query={explanation} waiting={<Skeleton height={320} radius="md" role="status" aria-label="Loading the reasons" />}>
      {(found) => <Explained explanation={found} />}
    </Loaded>
  )
}

/** What the answer's columns are, how they are computed in words, and the statement. */
export function Explained({ explanation: { columns, plan, sql } }: { explanation: Explanation }) {
  return (
    <Stack gap="xl">
      <section aria-label="Definitions">
        <Title order={3} mb="xs">
          What the numbers are
        </Title>
        {columns.length === 0 ? (
          <Text size="sm" c="dimmed">
            This question asks for nothing that has a definition.
          </Text>
        ) : (
          <Definitions definitions={columns} />
        )}
      </section>
      {plan.length > 0 && (
        <section aria-label="Plan">
          <Title order={3} mb="xs">
            How they are computed
          </Title>
          <ol className={classes.plan}>
            {plan.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ol>
        </section>
      )}
      {sql !== '' && <Statement sql={sql} />}
    </Stack>
  )
}

function Statement({ sql }: { sql: string }) {
  const [shown, { toggle }] = useDisclosure(false)
  return (
    <section aria-label="Statement">
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={3}>What the warehouse is asked</Title>
        <Group gap="xs">
          {/* Browsers lend the clipboard to pages that came by HTTPS only. */}
          {window.isSecureContext && (
            <CopyButton value={sql}>
              {({ copied, copy }) => (
                <Button variant="default" size="compact-sm" onClick={copy}>
                  {copied ? 'Copied' : 'Copy SQL'}
                </Button>
              )}
            </CopyButton>
          )}
          <Button variant="default" size="compact-sm" onClick={toggle} aria-expanded={shown}>
            {shown ? 'Hide SQL' : 'Show SQL'}
          </Button>
        </Group>
      </Group>
      {shown ? (
        <pre className={classes.code} tabIndex={0} role="region" aria-label="SQL">
          {sql}
        </pre>
      ) : (
        <Text size="sm" c="dimmed">
          The statement as it is sent for you, with the rows that you may see.
        </Text>
      )}
    </section>
  )
}
