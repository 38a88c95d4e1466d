import { Group, Text } from '@mantine/core'

/** A lancet window whose lower panes are the bars of a chart. */
export function Mark({ size = 28 }: { size?: number }) {
  return <img src="/mark.svg" width={size} height={size} alt="" style={{ display: 'block' }} />
}

export function Wordmark({ size = 26 }: { size?: number }) {
  return (
    <Group gap={8} wrap="nowrap" component="span">
      <Mark size={size} />
      <Text
        component="span"
        fz={size * 0.72}
        fw={650}
        lh={1}
        style={{ fontFamily: 'var(--mantine-font-family-headings)', letterSpacing: '-0.01em' }}
      >
        Vitrail
      </Text>
    </Group>
  )
}
