import { Badge, Button, Checkbox, Group, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Level, scopesQuery } from '@/api/directory'
import { Icon } from '@/parts/icons'
import { Loaded } from '@/parts/Loaded'
import { completed, lacking, offeredScopes, scopeGroups, subjectName } from './scopes'

interface ScopePickerProps {
  value: string[]
  onChange: (scopes: string[]) => void
  /** What kind of role they are for: some only count in the whole organisation. */
  level?: Level
  /** Where no more can be given than these: a token, say, never does more than its owner. */
  among?: readonly string[]
  /** Only to read. */
  fixed?: boolean
}

/** The scopes by what they are about, each with its meaning, and what those chosen still lack to be of use. */
export function ScopePicker({ value, onChange, level, among, fixed = false }: ScopePickerProps) {
  const scopes = useQuery(scopesQuery)
  const [words, setWords] = useState('')
  return (
    <Loaded query={scopes} waiting={<Skeleton height={320} />}>
      {(known) => {
        const offered = offeredScopes(known, value, { level, among })
        const lacks = lacking(known, value)
        const shown = scopeGroups(fixed ? known.filter((each) => value.includes(each.name)) : offered, words)
        const toggle = (name: string, on: boolean) =>
          onChange(on ? [...value, name] : value.filter((each) => each !== name))
        return (
          <Stack gap="sm">
            <Group gap="sm">
              <TextInput
                aria-label="Search scopes"
                placeholder="Search scopes"
                leftSection={<Icon name="search" size={16} />}
                value={words}
                onChange={(event) => setWords(event.currentTarget.value)}
                style={{ flex: '1 1 180px' }}
              />
              <Text size="sm" c="dimmed" role="status">
                {value.length} {fixed ? 'in all' : 'chosen'}
              </Text>
              {lacks.size > 0 && !fixed && (
                <Button size="compact-sm" variant="default" onClick={() => onChange(completed(offered, value))}>
                  Add what is missing
                </Button>
              )}
            </Group>
            {shown.length === 0 && <Text c="dimmed">No scope has these words.</Text>}
            {shown.map(({ subject, scopes: of }) => (
              <section key={subject} aria-label={subjectName(subject)}>
                <Title order={3} size="h5" mb={6}>
                  {subjectName(subject)}
                </Title>
                <Stack gap={8}>
                  {of.map((scope) => {
                    const lists = lacks.get(scope.name)
                    return (
                      <Checkbox
                        key={scope.name}
                        checked={value.includes(scope.name)}
                        disabled={fixed}
                        onChange={(event) => toggle(scope.name, event.currentTarget.checked)}
                        label={
                          <Group gap={6} component="span">
                            <code>{scope.name}</code>
                            {scope.organizationOnly && (
                              <Badge size="xs" variant="light" component="span">
                                Organisation
                              </Badge>
                            )}
                          </Group>
                        }
                        description={scope.meaning}
                        error={lists && `Of no use without ${lists.map((list) => list.join(' or ')).join(', and ')}`}
                        styles={{ body: { alignItems: 'flex-start' }, label: { overflowWrap: 'anywhere' } }}
                      />
                    )
                  })}
                </Stack>
              </section>
            ))}
          </Stack>
        )
      }}
    </Loaded>
  )
}
