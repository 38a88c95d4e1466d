import { Button, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { setUp } from '@/api/arrival'
import { waysQuery } from '@/api/session'
import { TextLink } from '@/parts/links'
import { aboutPassword, NewPassword } from '@/parts/NewPassword'
import { ProblemCard } from '@/parts/ProblemCard'
import { Doorway } from './Doorway'
import { useLinkToken } from './link-token'
import { useEntering } from './useEntering'

const FIELDS = [
  { key: 'organization', label: 'Organisation', type: 'text', autoComplete: 'organization' },
  { key: 'name', label: 'Your name', type: 'text', autoComplete: 'name' },
  { key: 'email', label: 'Your email', type: 'email', autoComplete: 'username' },
] as const

/** The first page of an instance: whoever has the link that the server printed becomes its administrator. */
export default function SetUpPage() {
  const token = useLinkToken()
  const [wanted, setWanted] = useState({ organization: '', name: '', email: '', password: '' })
  const entering = useEntering(() => setUp({ token, ...wanted }), '/settings/projects')
  const ways = useQuery({ ...waysQuery, staleTime: 0 }).data
  if (!token) {
    return (
      <Doorway title="Set up Vitrail">
        {ways?.setUp ? (
          <Text>This was done already. Sign in, or ask an administrator to invite you.</Text>
        ) : (
          <Text>
            This page opens by the link that the server printed when it started. <code>vitrail setup</code>, on its
            machine, prints a new one.
          </Text>
        )}
        <Text>
          <TextLink to="/login">To the sign-in page</TextLink>
        </Text>
      </Doorway>
    )
  }
  return (
    <Doorway title="Set up Vitrail" onSubmit={() => entering.mutate()}>
      <Text c="dimmed">You become the administrator of the organisation, and invite everybody else.</Text>
      {FIELDS.map(({ key, label, type, autoComplete }, index) => (
        <TextInput
          key={key}
          label={label}
          type={type}
          autoComplete={autoComplete}
          size="md"
          required
          withAsterisk={false}
          autoFocus={index === 0}
          value={wanted[key]}
          onChange={(event) => {
            const { value } = event.currentTarget
            setWanted((before) => ({ ...before, [key]: value }))
          }}
        />
      ))}
      <NewPassword
        value={wanted.password}
        onChange={(password) => setWanted((before) => ({ ...before, password }))}
        error={entering.error}
      />
      {entering.isError && !aboutPassword(entering.error) && <ProblemCard error={entering.error} />}
      <Button type="submit" size="md" loading={entering.isPending}>
        Create the organisation
      </Button>
    </Doorway>
  )
}
