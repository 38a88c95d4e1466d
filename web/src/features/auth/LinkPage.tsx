import { Button, Skeleton, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Expected, lookAtLink, takeLink } from '@/api/arrival'
import { TextLink } from '@/parts/links'
import { ProblemCard } from '@/parts/ProblemCard'
import { Doorway } from './Doorway'
import { linkToken } from './link-token'
import { NewPassword } from './NewPassword'
import { useEntering } from './useEntering'

/** Where an invitation and a link for a new password lead: choose a password, and be signed in. */
export default function LinkPage({ title }: { title: string }) {
  const token = linkToken()
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: () => lookAtLink(token),
    enabled: token !== '',
    retry: false,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  if (link.data) return <Choosing title={title} token={token} whom={link.data} />
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
      <input type="hidden" name="username" autoComplete="username" value={whom.email} readOnly />
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
      />
      {entering.isError && <ProblemCard error={entering.error} />}
      <Button type="submit" size="md" loading={entering.isPending}>
        {invited ? 'Join' : 'Save and sign in'}
      </Button>
    </Doorway>
  )
}
