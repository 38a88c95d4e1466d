import { useState } from 'react'
import { Glass } from './Glass'

/** A picture of an app; while there is none, a window of its own. */
export function Thumbnail({ url, seed, ratio = '16 / 10' }: { url: string | null; seed: string; ratio?: string }) {
  const [broken, setBroken] = useState(false)
  return (
    <div style={{ aspectRatio: ratio, overflow: 'hidden', background: 'var(--v-sunken)' }}>
      {url && !broken ? (
        <img
          src={url}
          alt=""
          loading="lazy"
          onError={() => setBroken(true)}
          style={{ width: '100%', height: '100%', objectFit: 'cover', objectPosition: 'top left', display: 'block' }}
        />
      ) : (
        <div style={{ height: '100%', opacity: 0.6 }}>
          <Glass seed={seed} columns={6} rows={4} />
        </div>
      )}
    </div>
  )
}
