import { Button, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { forgotPassword } from '@/api/arrival'
import { waysQuery } from '@/api/session'
import { TextLink } from '@/parts/links'
import { ProblemCard } from '@/parts/ProblemCard'
import { Doorway } from './Doorway'

/** A link by mail for a new password, where this server can mail; the answer is the same whoever asks. */
export default function ForgottenPage() {
  const ways = useQuery(waysQuery).data
  const [email, setEmail] = useState('')
  const asking = useMutation({ mutationFn: () => forgotPassword(email.trim()) })
  const back = (
    <Text>
      <TextLink to="/login">Back to the sign-in page</TextLink>
    </Text>
  )
  if (ways && !ways.password) {
    return (
      <Doorway title="Forgotten password">
        <Text>Nobody signs in with a password here, but with {ways.signOn}. Whoever runs that can help.</Text>
        {back}
      </Doorway>
    )
  }
  if (ways && !ways.mail) {
    return (
      <Doorway title="Forgotten password">
        <Text>This server sends no mail. Ask an administrator for a link with which you choose a new password.</Text>
        {back}
      </Doorway>
    )
  }
  if (asking.isSuccess) {
    return (
      <Doorway title="Look into your mail">
        <Text role="status">
          If somebody with this address has an account here, a link is on its way. It works once, for two hours.
        </Text>
        {back}
      </Doorway>
    )
  }
  return (
    <Doorway title="Forgotten password" onSubmit={() => asking.mutate()}>
      <TextInput
        label="Email"
        type="email"
        autoComplete="username"
        size="md"
        required
        withAsterisk={false}
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      {asking.isError && <ProblemCard error={asking.error} />}
      <Button type="submit" size="md" loading={asking.isPending}>
        Send me a link
      </Button>
      {back}
    </Doorway>
  )
}
