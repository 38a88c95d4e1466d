import { Button, Divider, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { meQuery, signIn, signOnAddress, waysQuery } from '@/api/session'
import { Glass } from '@/parts/Glass'
import { Wordmark } from '@/parts/Mark'
import { ProblemCard } from '@/parts/ProblemCard'
import { ThemeToggle } from '@/parts/ThemeToggle'
import classes from './LoginPage.module.css'
import { signOnProblem } from './sign-on'

export default function LoginPage() {
  useDocumentTitle('Sign in · Vitrail')
  const { to, failed } = useSearch({ from: '/login' })
  const ways = useQuery(waysQuery).data
  const router = useRouter()
  const queryClient = useQueryClient()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const entering = useMutation({
    mutationFn: async () => {
      await signIn(email.trim(), password)
      queryClient.clear()
      await queryClient.fetchQuery(meQuery)
      await router.navigate({ href: to ?? '/', replace: true })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    entering.mutate()
  }
  return (
    <main className={classes.page}>
      <div className={classes.window}>
        <div>
          <Glass seed="chartres" columns={8} rows={9} />
        </div>
        <div className={classes.words}>
          <Text fz={30} fw={600} lh={1.2} maw={480} style={{ fontFamily: 'var(--mantine-font-family-headings)' }}>
            Many governed pieces, one clear picture.
          </Text>
          <Text mt={10} maw={440} c="#c9d5db">
            Describe a data app in a sentence. It runs on your semantic layer, and each person sees only their own rows.
          </Text>
        </div>
      </div>
      <div className={classes.side}>
        <div className={classes.toggle}>
          <ThemeToggle />
        </div>
        <form className={classes.form} onSubmit={submit}>
          <Stack gap="lg">
            <Wordmark size={34} />
            <Title order={1} mt="xs">
              Sign in
            </Title>
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
                  visibilityToggleButtonProps={{ 'aria-label': 'Show or hide what is typed' }}
                />
                <Button type="submit" size="md" loading={entering.isPending}>
                  Sign in
                </Button>
              </>
            )}
          </Stack>
        </form>
      </div>
    </main>
  )
}
