import { runsInstance } from '@/api/session'
import { ButtonLink } from './links'
import { useMe } from './me'
import { ProblemCard } from './ProblemCard'

/** That data apps are off: for administrators with the reason and the cure, for others whom to ask. */
export function DataAppsOff() {
  const me = useMe()
  const { enabled, cause, cure } = me.features.dataApps
  if (enabled) return null
  return (
    <ProblemCard tone="notice" error={{ title: 'Data apps are off', cause: cause ?? '', cure }}>
      {runsInstance(me) && (
        <ButtonLink to="/settings/data-apps" size="compact-sm" variant="default">
          Data apps settings
        </ButtonLink>
      )}
    </ProblemCard>
  )
}
