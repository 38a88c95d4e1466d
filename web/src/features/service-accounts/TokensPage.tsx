import { Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { revokeToken, tokensQuery } from '@/api/service-accounts'
import { PagedList } from '@/parts/directory/PagedList'
import { SearchField } from '@/parts/directory/SearchField'
import { EmptyState } from '@/parts/EmptyState'
import { Page } from '@/parts/Page'
import { TokenRow } from '@/parts/tokens/TokenRow'

const route = getRouteApi('/signed-in/settings/tokens')

/** Every token of the organisation that works, whoever's it is. */
export default function TokensPage() {
  const wanted = route.useSearch()
  const navigate = route.useNavigate()
  const found = useQuery(tokensQuery(wanted))
  return (
    <Page title="Tokens" narrow>
      <Stack gap="lg">
        <Text c="dimmed">Every token that works, of people and of service accounts.</Text>
        <Group>
          <SearchField
            label="Search tokens"
            value={wanted.q}
            onChange={(q) => void navigate({ search: { q }, replace: true })}
          />
        </Group>
        <PagedList
          query={found}
          label="Tokens"
          page={wanted.page}
          onPage={(page) => void navigate({ search: (old) => ({ ...old, page }) })}
          count={(total) => `${total} ${total === 1 ? 'token' : 'tokens'}`}
          empty={<EmptyState title="No token">{wanted.q ? 'None fits what you look for.' : 'Nobody has made one.'}</EmptyState>}
        >
          {(token) => (
            <TokenRow
              key={token.id}
              token={token}
              revoke={() => revokeToken(token.id)}
              owner={token.ownerKind === 'person' ? token.owner.name : `${token.owner.name} (service account)`}
            />
          )}
        </PagedList>
      </Stack>
    </Page>
  )
}
