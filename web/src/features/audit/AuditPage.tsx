import { Button, CloseButton, Group, Menu, Pill, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { auditQuery, auditStatusQuery, exportAddress, type Wanted } from '@/api/audit'
import { Problem } from '@/api/problem'
import { EmptyState } from '@/parts/EmptyState'
import { Loaded } from '@/parts/Loaded'
import { Page } from '@/parts/Page'
import { EntryRow } from './EntryRow'
import { Integrity } from './Integrity'
import { startOf, WITHIN } from './within'

const route = getRouteApi('/signed-in/settings/audit')

/** What happened, newest first, and whether the log is as it was written. */
export default function AuditPage() {
  const { within, ...search } = route.useSearch()
  const navigate = route.useNavigate()
  const wanted: Wanted = { ...search, since: within ? startOf(within) : undefined }
  const status = useQuery(auditStatusQuery)
  const log = useInfiniteQuery(auditQuery(wanted))
  const change = (next: Partial<ReturnType<typeof route.useSearch>>) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
  if (log.error instanceof Problem && log.error.status === 403)
    return (
      <Page title="Audit log">
        <Text c="dimmed">{log.error.cause}</Text>
      </Page>
    )
  return (
    <Page
      title="Audit log"
      actions={
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default">Export</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component="a" href={exportAddress(wanted, 'csv')} download>
              CSV, for a spreadsheet
            </Menu.Item>
            <Menu.Item component="a" href={exportAddress(wanted, 'jsonl')} download>
              JSON Lines, for programs
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      }
    >
      <Stack gap="lg">
        {status.data && <Integrity status={status.data} />}
        <Group gap="sm" align="flex-end">
          <SearchText value={search.q} onChange={(q) => change({ q })} />
          <Select
            aria-label="Time"
            placeholder="Any time"
            clearable
            w={150}
            value={within ?? null}
            onChange={(value) => change({ within: (value as typeof within) ?? undefined })}
            data={Object.entries(WITHIN).map(([value, label]) => ({ value, label }))}
          />
          <Select
            aria-label="About"
            placeholder="About anything"
            clearable
            searchable
            w={190}
            value={search.noun ?? null}
            onChange={(value) => change({ noun: value ?? undefined })}
            data={Object.keys(status.data?.nouns ?? {}).map((noun) => ({ value: noun, label: noun.replace('-', ' ') }))}
          />
          {(status.data?.projects.length ?? 0) > 0 && (
            <Select
              aria-label="Project"
              placeholder="All projects"
              clearable
              w={180}
              value={search.project ?? null}
              onChange={(value) => change({ project: value ?? undefined })}
              data={status.data?.projects.map((project) => ({ value: project.id ?? '', label: project.name }))}
            />
          )}
        </Group>
        {(search.actor || search.subject) && (
          <Group gap="xs">
            {search.actor && (
              <Pill withRemoveButton onRemove={() => change({ actor: undefined })}>
                Only what one person did
              </Pill>
            )}
            {search.subject && (
              <Pill withRemoveButton onRemove={() => change({ subject: undefined })}>
                Only what happened to one thing
              </Pill>
            )}
          </Group>
        )}
        <Loaded query={log} waiting={<Skeleton height={420} radius="lg" />}>
          {({ pages }) => {
            const entries = pages.flatMap((page) => page.entries)
            if (entries.length === 0 && !log.hasNextPage)
              return <EmptyState title="Nothing found">No entry matches what you look for.</EmptyState>
            return (
              <>
                <ul className="card rows" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
                  {entries.map((entry) => (
                    <EntryRow key={entry.id} entry={entry} only={change} />
                  ))}
                </ul>
                {log.hasNextPage && (
                  <Button
                    variant="default"
                    style={{ alignSelf: 'flex-start' }}
                    loading={log.isFetchingNextPage}
                    onClick={() => void log.fetchNextPage()}
                  >
                    Show older
                  </Button>
                )}
              </>
            )
          }}
        </Loaded>
      </Stack>
    </Page>
  )
}

function SearchText({ value = '', onChange }: { value?: string; onChange: (text: string | undefined) => void }) {
  const [text, setText] = useState(value)
  const later = useDebouncedCallback((typed: string) => onChange(typed.trim() || undefined), 300)
  const type = (typed: string) => {
    setText(typed)
    later(typed)
  }
  return (
    <TextInput
      aria-label="Search"
      placeholder="Names, addresses, details"
      value={text}
      maxLength={200}
      onChange={(event) => type(event.currentTarget.value)}
      rightSection={text && <CloseButton size="sm" aria-label="Clear" onClick={() => type('')} />}
      style={{ flex: '1 1 220px' }}
    />
  )
}
