import { Button, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core'
import { useId } from 'react'

interface SecretOnceProps {
  label: string
  value: string
  /** What to do with it. */
  children?: string
}

/** Something that the server shows this once, ready to be copied. */
export function SecretOnce({ label, value, children }: SecretOnceProps) {
  const id = useId()
  return (
    <Stack gap={6}>
      <Text component="label" htmlFor={id} fw={560} size="sm">
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <TextInput
          id={id}
          readOnly
          value={value}
          onFocus={(event) => event.currentTarget.select()}
          style={{ flex: 1, minWidth: 0 }}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Text size="sm" c="dimmed">
        {children} It is shown only now.
      </Text>
    </Stack>
  )
}
