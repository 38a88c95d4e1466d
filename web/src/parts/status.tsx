import { Badge, Loader } from '@mantine/core'

interface Look {
  label: string
  colour: string
}

const LOOKS: Record<string, Look> = {
  ready: { label: 'Ready', colour: 'verdigris' },
  error: { label: 'Failed', colour: 'ruby' },
  cancelled: { label: 'Cancelled', colour: 'gray' },
}
const UNDER_WAY: Look = { label: 'Building', colour: 'chartres' }

/** Where a version stands, in one word. */
export function StatusBadge({ status, size = 'sm' }: { status: string; size?: 'sm' | 'md' }) {
  const look = LOOKS[status] ?? UNDER_WAY
  return (
    <Badge
      variant="light"
      color={look.colour}
      size={size}
      radius="sm"
      tt="none"
      fw={600}
      style={{ flex: 'none' }}
      leftSection={look === UNDER_WAY ? <Loader size={9} color="currentColor" /> : undefined}
    >
      {look.label}
    </Badge>
  )
}
