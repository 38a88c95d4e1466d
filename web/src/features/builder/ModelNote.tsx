import { Group, Text } from '@mantine/core'
import { Icon } from '@/parts/icons'
import { useMe } from '@/parts/me'

/** Who writes. The built-in planner is no language model, and says so. */
export function ModelNote() {
  const { model } = useMe()
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      <Icon name="info" size={17} color="var(--mantine-color-dimmed)" style={{ marginTop: 2 }} />
      <Text size="sm" c="dimmed">
        {model.offline
          ? 'Written by the built-in offline planner: it matches your words with the catalog and follows simple wishes. It is not a language model; nothing leaves this machine.'
          : `Written by ${model.name} (${model.provider}). Your prompt and the catalog’s descriptions go to it; each query runs under your own permissions.`}
      </Text>
    </Group>
  )
}
