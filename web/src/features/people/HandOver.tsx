import { Stack, Text } from '@mantine/core'
import type { HandedLink } from '@/api/directory'
import { SecretOnce } from '@/parts/directory/SecretOnce'
import { ProblemCard } from '@/parts/ProblemCard'

interface HandOverProps {
  handed: HandedLink
  what: 'invitation' | 'link'
}

/** What became of a link: mailed, or to be handed over by whoever made it. */
export function HandOver({ handed, what }: HandOverProps) {
  const until = new Date(handed.expiresAt).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })
  if (handed.mailed || !handed.link)
    return (
      <Text size="sm" role="status">
        The {what} was mailed. It works until {until}.
      </Text>
    )
  return (
    <Stack gap="xs">
      {handed.mailProblem && (
        <ProblemCard
          tone="notice"
          error={{ title: 'It could not be mailed', cause: handed.mailProblem, cure: 'Hand the link over yourself.' }}
        />
      )}
      <SecretOnce label="Link to hand over" value={handed.link}>
        {`Whoever opens it first chooses the password, so give it to nobody else. It works until ${until}.`}
      </SecretOnce>
    </Stack>
  )
}
