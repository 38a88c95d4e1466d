import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type ReactNode, useId } from 'react'
import { ProblemCard } from '@/parts/ProblemCard'
import { useChange } from './useChange'

interface ConfirmedProps {
  /** On the button and as the title of what asks again. */
  action: string
  /** The button in the question, where it should say less. */
  yes?: string
  /** What it means: what goes, and what stays. */
  children: ReactNode
  run: () => Promise<unknown>
  done?: () => void
  /** For those who do not see which row it stands in. */
  label?: string
}

/** A button that asks before it does what can't be taken back, and shows why when it is refused. */
export function Confirmed({ action, yes = 'Delete', children, run, done, label }: ConfirmedProps) {
  const [opened, { open, close }] = useDisclosure()
  const id = useId()
  const change = useChange(run, () => {
    close()
    done?.()
  })
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        c="light-dark(var(--mantine-color-ruby-7), var(--mantine-color-ruby-4))"
        aria-label={label}
        onClick={() => {
          change.reset()
          open()
        }}
      >
        {action}
      </Button>
      <Modal opened={opened} onClose={close} title={label ?? action} stackId={id}>
        <Stack gap="md">
          <Text component="div">{children}</Text>
          {change.isError && <ProblemCard error={change.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button color="ruby" loading={change.isPending} onClick={() => change.mutate()}>
              {yes}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
