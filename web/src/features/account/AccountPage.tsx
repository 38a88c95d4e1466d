import { Skeleton, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createToken, revokeToken, rotateToken, tokensQuery } from '@/api/account'
import { waysQuery } from '@/api/session'
import { Block } from '@/parts/directory/Block'
import { Loaded } from '@/parts/Loaded'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'
import { Tokens } from '@/parts/tokens/Tokens'
import { ChangePassword } from './ChangePassword'
import { SignIns } from './SignIns'

/** One's own account: how one signs in, where one is signed in, and what programs sign in with. */
export default function AccountPage() {
  const me = useMe()
  const ways = useQuery(waysQuery).data
  const tokens = useQuery(tokensQuery)
  const queryClient = useQueryClient()
  const mine = [...new Set([...me.scopes, ...me.projects.flatMap((project) => project.scopes)])]
  return (
    <Page title="My account" narrow>
      <Stack gap="md">
        <Block title="You">
          <Text>
            {me.user.name} · {me.user.email}
          </Text>
          <Text size="sm" c="dimmed">
            Administrators of {me.organization.name} change names and roles.
          </Text>
        </Block>
        {ways?.password !== false && <ChangePassword />}
        <SignIns />
        <Block title="Tokens">
          <Loaded query={tokens} waiting={<Skeleton height={80} />}>
            {(found) => (
              <Tokens
                tokens={found}
                among={mine}
                create={createToken}
                rotate={rotateToken}
                revoke={revokeToken}
                changed={() => void queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey })}
              />
            )}
          </Loaded>
        </Block>
      </Stack>
    </Page>
  )
}
