import { Button, Group, Skeleton, Stack, TagsInput, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Attribute, attributesQuery, type PersonOut, setValues } from '@/api/directory'
import { Block } from '@/parts/directory/Block'
import { useChange } from '@/parts/directory/useChange'
import { Loaded } from '@/parts/Loaded'
import { TextLink } from '@/parts/links'
import { ProblemCard } from '@/parts/ProblemCard'

/** The values given to this person, and beside each what counts in the end. */
export function PersonAttributes({ person }: { person: PersonOut }) {
  const attributes = useQuery(attributesQuery)
  return (
    <Block title="Attributes">
      <Text size="sm" c="dimmed">
        Models read these to decide which rows somebody sees. Own values count before those of groups, and those before the
        default.
      </Text>
      <Loaded query={attributes} waiting={<Skeleton height={120} />}>
        {(known) =>
          known.length === 0 ? (
            <Text size="sm">
              There are none yet. Make them under <TextLink to="/settings/attributes">Attributes</TextLink>.
            </Text>
          ) : (
            <Stack gap="md">
              {known.map((attribute) => (
                <OwnValues key={attribute.id} attribute={attribute} person={person} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Block>
  )
}

function OwnValues({ attribute, person }: { attribute: Attribute; person: PersonOut }) {
  const own = person.attributes[attribute.name] ?? []
  const counts = person.effectiveAttributes[attribute.name] ?? []
  const [draft, setDraft] = useState<string[]>()
  const saving = useChange(
    () => setValues(attribute.id, 'people', person.id, draft ?? own),
    () => setDraft(undefined),
  )
  return (
    <div>
      <Group gap="xs" align="flex-end">
        <TagsInput
          label={attribute.name}
          description={attribute.description || undefined}
          placeholder={(draft ?? own).length === 0 ? 'No own value; type one and press Enter' : undefined}
          style={{ flex: '1 1 240px' }}
          splitChars={[]}
          acceptValueOnBlur
          value={draft ?? own}
          onChange={setDraft}
          clearable
        />
        <Button
          disabled={draft === undefined}
          loading={saving.isPending}
          onClick={() => saving.mutate()}
          aria-label={`Save ${attribute.name}`}
        >
          Save
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mt={4}>
        Counts: {counts.join(', ') || 'no value'}
        {own.length === 0 && counts.length > 0 && ' (from groups or the default)'}
      </Text>
      {saving.isError && <ProblemCard error={saving.error} />}
    </div>
  )
}
