import { Button, Skeleton, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Navigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Expected, lookAtLink, takeLink } from '@/api/arrival'
import { signOnAddress, waysQuery } from '@/api/session'
import { TextLink } from '@/parts/links'
import { aboutPassword, NewPassword } from '@/parts/NewPassword'
import { ProblemCard } from '@/parts/ProblemCard'
import { Doorway } from './Doorway'
import { useLinkToken } from './link-token'
import { useEntering } from './useEntering'

/** Where an invitation and a link for a new password lead: choose a password, and be signed in. */
export default function LinkPage({ title }: { title: string }) {
  const token = useLinkToken()
  const ways = useQuery(waysQuery).data
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: () => lookAtLink(token),
    enabled: token !== '',
    retry: false,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  if (link.data?.kind === 'setup') return <Navigate to="/setup" hash={token} replace />
  if (link.data && ways?.password === false) {
    return (
      <Doorway title={title}>
        <Text style={{ overflowWrap: 'anywhere' }}>
          No password is needed here. Sign in with {ways.signOn}, as <strong>{link.data.email}</strong>.
        </Text>
        <Button component="a" href={signOnAddress()} size="md">
          Continue with {ways.signOn}
        </Button>
      </Doorway>
    )
  }
  if (link.data) return <Choosing key={token} title={title} token={token} whom={link.data} />
  const missing = {
    title: 'This link is not whole',
    cause: 'The part of the address behind # is missing.',
    cure: 'Copy the whole link into the address bar, or ask for a new one.',
  }
  return (
    <Doorway title={title}>
      {token === '' || link.isError ? (
        <>
          <ProblemCard error={token === '' ? missing : link.error} />
          <Text>
            <TextLink to="/login">To the sign-in page</TextLink>
          </Text>
        </>
      ) : (
        <Skeleton height={240} />
      )}
    </Doorway>
  )
}

function Choosing({ title, token, whom }: { title: string; token: string; whom: Expected }) {
  const invited = whom.kind === 'invitation'
  const [name, setName] = useState(whom.name)
  const [password, setPassword] = useState('')
  const entering = useEntering(() => takeLink(token, password, invited ? name : null))
  return (
    <Doorway title={title} onSubmit={() => entering.mutate()}>
      <Text c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {invited ? `You are invited to ${whom.organization} as ` : 'For '}
        <strong>{whom.email}</strong>.{!invited && ' Your other sign-ins end.'}
      </Text>
      <input hidden name="username" autoComplete="username" value={whom.email} readOnly />
      {invited && (
        <TextInput
          label="Your name"
          autoComplete="name"
          size="md"
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <NewPassword
        label={invited ? 'Password' : 'New password'}
        value={password}
        onChange={setPassword}
        error={entering.error}
      />
      {entering.isError && !aboutPassword(entering.error) && <ProblemCard error={entering.error} />}
      <Button type="submit" size="md" loading={entering.isPending}>
        {invited ? 'Join' : 'Save and sign in'}
      </Button>
    </Doorway>
  )
}
