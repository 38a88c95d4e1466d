import { isAdmin } from '@/api/session'
import { ButtonLink } from './links'
import { useMe, useProject } from './me'
import { ProblemCard } from './ProblemCard'

/** That data apps are off: for administrators with the reason and the cure, for others whom to ask. */
export function DataAppsOff() {
  const { features } = useMe()
  const { enabled, cause, cure } = features.dataApps
  const admin = isAdmin(useProject())
  if (enabled) return null
  if (!admin) {
    return (
      <ProblemCard
        tone="notice"
        error={{
          title: 'Data apps are off',
          cause: 'They are not turned on in this instance.',
          cure: 'Ask your administrator: the page “Data apps settings” tells them how to turn them on.',
        }}
      />
    )
  }
  return (
    <ProblemCard tone="notice" error={{ title: 'Data apps are off', cause: cause ?? '', cure }}>
      <ButtonLink to="/settings/data-apps" size="compact-sm" variant="default">
        Data apps settings
      </ButtonLink>
    </ProblemCard>
  )
}
