import { Badge, Button, Skeleton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { endOtherSignIns, endSignIn, signInsQuery } from '@/api/account'
import { Block } from '@/parts/directory/Block'
import { Row } from '@/parts/directory/Row'
import { Loaded } from '@/parts/Loaded'
import { ProblemCard } from '@/parts/ProblemCard'
import { ago } from '@/parts/time'
import { browserName } from './browser'

/** Where one is signed in; what one does not know can be ended. */
export function SignIns() {
  const queryClient = useQueryClient()
  const signIns = useQuery(signInsQuery)
  const done = { onSuccess: () => queryClient.invalidateQueries({ queryKey: signInsQuery.queryKey }) }
  const one = useMutation({ mutationFn: endSignIn, ...done })
  const others = useMutation({ mutationFn: endOtherSignIns, ...done })
  const error = one.error ?? others.error
  return (
    <Block
      title="Where you are signed in"
      actions={
        (signIns.data?.length ?? 0) > 1 && (
          <Button variant="default" size="compact-sm" loading={others.isPending} onClick={() => others.mutate()}>
            End all others
          </Button>
        )
      }
    >
      {error && <ProblemCard error={error} />}
      <Loaded query={signIns} waiting={<Skeleton height={60} />}>
        {(found) => (
          <ul className="rows" style={{ listStyle: 'none', margin: 0, padding: 0 }} aria-label="Sign-ins">
            {found.map((signIn) => (
              <Row
                key={signIn.id}
                label={browserName(signIn.userAgent)}
                title={browserName(signIn.userAgent)}
                marks={signIn.current && <Badge variant="light">This one</Badge>}
                actions={
                  !signIn.current && (
                    <Button
                      variant="default"
                      size="compact-sm"
                      aria-label={`End the sign-in of ${browserName(signIn.userAgent)}`}
                      loading={one.isPending && one.variables === signIn.id}
                      onClick={() => one.mutate(signIn.id)}
                    >
                      End
                    </Button>
                  )
                }
              >
                Signed in {ago(signIn.createdAt)}, last seen {ago(signIn.lastSeenAt)}
              </Row>
            ))}
          </ul>
        )}
      </Loaded>
    </Block>
  )
}
