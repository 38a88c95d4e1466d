import { Button, Divider, PasswordInput, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { signIn, signOnAddress, waysQuery } from '@/api/session'
import { TextLink } from '@/parts/links'
import { REVEAL } from '@/parts/NewPassword'
import { ProblemCard } from '@/parts/ProblemCard'
import { Doorway } from './Doorway'
import { signOnProblem } from './sign-on'
import { useEntering } from './useEntering'

export default function LoginPage() {
  const { to, failed } = useSearch({ from: '/login' })
  const ways = useQuery(waysQuery).data
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const entering = useEntering(() => signIn(email.trim(), password), to)
  if (ways && !ways.setUp) {
    return (
      <Doorway title="Sign in">
        <ProblemCard
          tone="notice"
          error={{
            title: 'Nobody has set this up yet',
            cause: 'There is no organisation and no account.',
            cure: 'Open the link that the server printed when it started; “vitrail setup”, on its machine, prints a new one.',
          }}
        />
      </Doorway>
    )
  }
  return (
    <Doorway title="Sign in" onSubmit={() => entering.mutate()}>
      {entering.isError ? (
        <ProblemCard error={entering.error} />
      ) : (
        failed && <ProblemCard error={signOnProblem(failed)} />
      )}
      {ways?.signOn && (
        <Button component="a" href={signOnAddress(to)} size="md" variant={ways.password ? 'default' : 'filled'}>
          Continue with {ways.signOn}
        </Button>
      )}
      {ways?.signOn && ways.password && <Divider label="or" />}
      {ways?.password !== false && (
        <>
          <TextInput
            label="Email"
            name="email"
            type="email"
            autoComplete="username"
            size="md"
            required
            withAsterisk={false}
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            size="md"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={REVEAL}
          />
          <Button type="submit" size="md" loading={entering.isPending}>
            Sign in
          </Button>
          <Text size="sm">
            <TextLink to="/forgotten">Forgotten your password?</TextLink>
          </Text>
        </>
      )}
    </Doorway>
  )
}
