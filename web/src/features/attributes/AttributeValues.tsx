import { Badge, Button, Divider, Group, SegmentedControl, Stack, TagsInput, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Attribute, groupsQuery, peopleQuery, setValues, valuesQuery } from '@/api/directory'
import { FindPicker, type Found } from '@/parts/directory/FindPicker'
import { PagedList } from '@/parts/directory/PagedList'
import { Row } from '@/parts/directory/Row'
import { SearchField } from '@/parts/directory/SearchField'
import { useChange } from '@/parts/directory/useChange'
import { ProblemCard } from '@/parts/ProblemCard'

type Kind = 'people' | 'groups'

/** Who holds which values of one attribute; giving them, changing them, taking them away. */
export function AttributeValues({ attribute }: { attribute: Attribute }) {
  const [wanted, setWanted] = useState<{ q?: string; page?: number }>({})
  const [kind, setKind] = useState<Kind>('people')
  const [holder, setHolder] = useState<Found | null>(null)
  const [values, setDraft] = useState<string[]>([])
  const found = useQuery(valuesQuery(attribute.id, wanted))
  const choose = (next: Found | null, of: string[] = []) => {
    setHolder(next)
    setDraft(of)
  }
  const giving = useChange(
    (to: Found) => setValues(attribute.id, kind, to.id, values),
    () => choose(null),
  )
  const taking = useChange(({ of, id }: { of: Kind; id: string }) => setValues(attribute.id, of, id, []))
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (holder) giving.mutate(holder)
        }}
      >
        <Stack gap="sm">
          <SegmentedControl
            aria-label="Give to"
            value={kind}
            onChange={(next) => {
              setKind(next as Kind)
              choose(null)
            }}
            data={[
              { value: 'people', label: 'Person' },
              { value: 'groups', label: 'Group' },
            ]}
          />
          <Group gap="sm" align="flex-end">
            {kind === 'people' ? (
              <FindPicker
                key="people"
                label="Person"
                query={(q) => peopleQuery({ q: q || undefined })}
                read={({ items }): Found[] => items.map(({ id, name, email }) => ({ id, name, details: email }))}
                value={holder}
                onChange={choose}
              />
            ) : (
              <FindPicker
                key="groups"
                label="Group"
                placeholder="Name"
                query={(q) => groupsQuery({ q: q || undefined })}
                read={({ items }): Found[] => items.map(({ id, name }) => ({ id, name }))}
                value={holder}
                onChange={choose}
              />
            )}
            <TagsInput
              label="Values"
              placeholder={values.length === 0 ? 'Type a value and press Enter' : undefined}
              style={{ flex: '2 1 220px' }}
              splitChars={[]}
              acceptValueOnBlur
              value={values}
              onChange={setDraft}
            />
            <Button type="submit" loading={giving.isPending} disabled={!holder || values.length === 0}>
              Set
            </Button>
          </Group>
          {giving.isError && <ProblemCard error={giving.error} />}
        </Stack>
      </form>
      <Divider />
      <Group>
        <SearchField label="Search who holds values" onChange={(q) => setWanted({ q })} />
      </Group>
      {taking.isError && <ProblemCard error={taking.error} />}
      <PagedList
        query={found}
        label="Who holds values"
        page={wanted.page}
        onPage={(page) => setWanted({ ...wanted, page })}
        count={(total) => `${total} with values`}
        empty={<Text c="dimmed">{wanted.q ? 'Nobody with values has such a name.' : 'Nobody has a value yet.'}</Text>}
      >
        {(each) => {
          const of: Kind = each.kind === 'group' ? 'groups' : 'people'
          return (
            <Row
              key={`${each.kind} ${each.id}`}
              label={each.name}
              title={each.name}
              marks={
                each.kind === 'group' && (
                  <Badge size="sm" variant="light">
                    Group
                  </Badge>
                )
              }
              actions={
                <>
                  <Button
                    variant="default"
                    size="compact-sm"
                    aria-label={`Change values of ${each.name}`}
                    onClick={() => {
                      setKind(of)
                      choose({ id: each.id, name: each.name }, each.values)
                    }}
                  >
                    Change
                  </Button>
                  <Button
                    variant="default"
                    size="compact-sm"
                    aria-label={`Take values of ${each.name} away`}
                    loading={taking.isPending && taking.variables.id === each.id}
                    onClick={() => taking.mutate({ of, id: each.id })}
                  >
                    Take away
                  </Button>
                </>
              }
            >
              {each.values.join(', ')}
            </Row>
          )
        }}
      </PagedList>
    </>
  )
}
