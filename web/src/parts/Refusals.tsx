import { Stack, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { useEffect } from 'react'
import { asProblem, isRefusal } from '@/api/problem'
import { EmptyState } from './EmptyState'
import { ButtonLink } from './links'
import { Page } from './Page'
import { ProblemCard } from './ProblemCard'
import { Administrators } from './why/WhoHelps'

export function NotFoundPage() {
  return (
    <Page title="Page not found" heading={<span />}>
      <EmptyState title="There is nothing at this address" action={<ButtonLink to="/">Go home</ButtonLink>}>
        It may have been deleted, or the link is not complete.
      </EmptyState>
    </Page>
  )
}

const LISTS = ['spaces', 'content', 'apps']

/** Has the lists read anew: the one that led to what is refused may still name it. */
function useFreshLists(refused: boolean) {
  const queryClient = useQueryClient()
  useEffect(() => {
    if (refused) for (const list of LISTS) void queryClient.invalidateQueries({ queryKey: [list] })
  }, [refused, queryClient])
}

/** A whole page that can't be shown: forbidden and missing things say why, in the server's own words. */
export function ProblemPage({ error, retry }: { error: unknown; retry?: () => void }) {
  const { status } = asProblem(error)
  useFreshLists(isRefusal(error))
  const title = status === 403 ? 'You can’t open this' : status === 404 ? 'Not found' : 'This page can’t be shown'
  return (
    <Page title={title} narrow heading={<span />}>
      <Stack gap="lg" pt="xl">
        <Title order={1}>{title}</Title>
        {status === 403 && (
          <Text c="dimmed">What you may see is decided by your role in the project and by the space it is in.</Text>
        )}
        {retry && status !== 403 && status !== 404 ? (
          <ProblemCard error={error} retry={retry} />
        ) : (
          <ProblemCard error={error} tone={status === 403 ? 'notice' : 'error'} />
        )}
        {status === 404 && <Administrators />}
        <div>
          <ButtonLink to="/" variant="default">
            Go home
          </ButtonLink>
        </div>
      </Stack>
    </Page>
  )
}

export function RouteProblem({ error, reset }: ErrorComponentProps) {
  return <ProblemPage error={error} retry={reset} />
}
