import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { changePassword, signInsQuery } from '@/api/account'
import { Block } from '@/parts/directory/Block'
import { useMe } from '@/parts/me'
import { aboutPassword, NewPassword, REVEAL, refused } from '@/parts/NewPassword'
import { ProblemCard } from '@/parts/ProblemCard'

export function ChangePassword() {
  const me = useMe()
  const queryClient = useQueryClient()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const changing = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: async () => {
      setCurrent('')
      setNext('')
      await queryClient.invalidateQueries({ queryKey: signInsQuery.queryKey })
    },
  })
  const wrong = aboutPassword(changing.error, 'wrong-password')
  return (
    <Block title="Password">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          changing.mutate()
        }}
      >
        <input hidden name="username" autoComplete="username" value={me.user.email} readOnly />
        <Stack gap="sm" maw={420}>
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            {...refused(wrong)}
            visibilityToggleButtonProps={REVEAL}
            size="md"
            required
            withAsterisk={false}
          />
          <NewPassword label="New password" value={next} onChange={setNext} error={changing.error} />
          <Text size="sm" c="dimmed">
            Your other sign-ins end with it.
          </Text>
          {changing.isError && !wrong && !aboutPassword(changing.error) && <ProblemCard error={changing.error} />}
          {changing.isSuccess && <Text role="status">Your password was changed.</Text>}
          <Group>
            <Button type="submit" loading={changing.isPending} disabled={!current || !next}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Block>
  )
}
