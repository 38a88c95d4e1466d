import type { Me } from '@/api/types'
import { runsInstance } from '@/api/session'
import { ButtonLink } from '@/parts/links'
import { useMe } from '@/parts/me'
import { ProblemCard } from '@/parts/ProblemCard'

interface FeatureOffProps {
  feature: keyof Me['features']
  title: string
}

/** That a licensed feature is off: why, and what would turn it on. Nothing while it is on. */
export function FeatureOff({ feature, title }: FeatureOffProps) {
  const me = useMe()
  const { enabled, cause, cure } = me.features[feature]
  if (enabled) return null
  return (
    <ProblemCard tone="notice" error={{ title, cause: cause ?? '', cure }}>
      {runsInstance(me) && (
        <ButtonLink to="/settings/licence" size="compact-sm" variant="default">
          Licence
        </ButtonLink>
      )}
    </ProblemCard>
  )
}
