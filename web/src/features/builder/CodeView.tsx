import { Select, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { sourceQuery } from '@/api/apps'
import type { Source, Version } from '@/api/types'
import { EmptyState } from '@/parts/EmptyState'
import { Icon } from '@/parts/icons'
import { Loaded } from '@/parts/Loaded'
import classes from './CodeView.module.css'

/** The source of a version, to read. */
export function CodeView({ appId, versions }: { appId: string; versions: readonly Version[] }) {
  const ready = versions.filter((version) => version.status === 'ready')
  const [chosen, setChosen] = useState<number | null>(null)
  const number = chosen ?? ready.at(-1)?.number
  if (number === undefined) {
    return <EmptyState title="No source yet">The source appears here when the first version is ready.</EmptyState>
  }
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <Select
          aria-label="Version of the source"
          size="xs"
          w={150}
          allowDeselect={false}
          value={String(number)}
          onChange={(value) => setChosen(value === null ? null : Number(value))}
          data={ready.toReversed().map((version) => ({
            value: String(version.number),
            label: `Version ${version.number}`,
          }))}
        />
      </div>
      <Files key={number} appId={appId} number={number} />
    </div>
  )
}

function Files({ appId, number }: { appId: string; number: number }) {
  const source = useQuery(sourceQuery(appId, number))
  return (
    <Loaded query={source} waiting={<Skeleton m="md" h={300} w="auto" />}>
      {({ files }) => <Browser files={files} />}
    </Loaded>
  )
}

/** What the app itself is made of first, then the components that every app starts with. */
function inReadingOrder(files: Source['files']): Source['files'] {
  const depth = ({ path }: { path: string }) => (/App\.tsx$/.test(path) ? 0 : path.split('/').length)
  return files.toSorted((a, b) => depth(a) - depth(b) || a.path.localeCompare(b.path))
}

function Browser({ files: unsorted }: { files: Source['files'] }) {
  const files = inReadingOrder(unsorted)
  const [path, setPath] = useState(() => (files.find((file) => /App\.tsx$/.test(file.path)) ?? files[0])?.path)
  const file = files.find((candidate) => candidate.path === path)
  return (
    <div className={classes.browser}>
      <nav className={classes.files} aria-label="Files">
        {files.map((candidate) => (
          <button
            key={candidate.path}
            type="button"
            className={classes.file}
            aria-current={candidate.path === path}
            title={candidate.path}
            onClick={() => setPath(candidate.path)}
          >
            <Icon name="file" size={14} />
            <span className={classes.path}>
              <bdi>{candidate.path.replace(/^src\//, '')}</bdi>
            </span>
          </button>
        ))}
      </nav>
      <pre className={classes.text} tabIndex={0} aria-label={file?.path ?? 'No file'}>
        <code>{file?.text ?? ''}</code>
      </pre>
    </div>
  )
}
