import { useRef, useState } from 'react'
import type { MountedApp, Numbers } from '@/bridge'

/** The numbers of an app that runs in an `AppFrame` (give it `frame`): how old they are, and a way to have them anew. */
export function useAppNumbers() {
  const [numbers, setNumbers] = useState<Numbers>({ asOf: null, asking: false })
  const app = useRef<MountedApp | null>(null)
  return {
    asOf: numbers.asOf,
    refreshing: numbers.asking,
    refresh: () => app.current?.refresh(),
    frame: {
      // Until the first new answer is there, the numbers that are seen are those of before.
      onNumbers: ({ asOf, asking }: Numbers) => setNumbers((now) => ({ asking, asOf: asOf ?? (asking ? now.asOf : null) })),
      onMounted: (mounted: MountedApp | null) => {
        app.current = mounted
      },
    },
  }
}
