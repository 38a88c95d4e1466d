import { Icon, type IconName } from './icons'

const LOOKS: Record<'ok' | 'wrong' | 'untested', { icon: IconName; colour: string }> = {
  ok: { icon: 'check', colour: 'verdigris' },
  wrong: { icon: 'cross', colour: 'ruby' },
  untested: { icon: 'dots', colour: 'gray' },
}

/** ✓, ✗ or “not known”, with words for those who do not see it. */
export function StateMark({ state, label }: { state: 'ok' | 'wrong' | 'untested'; label: string }) {
  const { icon, colour } = LOOKS[state]
  return (
    <span
      role="img"
      aria-label={label}
      style={{
        display: 'grid',
        placeItems: 'center',
        flex: 'none',
        width: 24,
        height: 24,
        borderRadius: 99,
        background: `light-dark(var(--mantine-color-${colour}-1), color-mix(in srgb, var(--mantine-color-${colour}-6) 28%, transparent))`,
        color: `light-dark(var(--mantine-color-${colour}-7), var(--mantine-color-${colour}-3))`,
      }}
    >
      <Icon name={icon} size={15} />
    </span>
  )
}
