import { Button, Modal, Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Attribute, attributesQuery, deleteAttribute } from '@/api/directory'
import { Confirmed } from '@/parts/directory/Confirmed'
import { Row } from '@/parts/directory/Row'
import { groups, people } from '@/parts/directory/words'
import { EmptyState } from '@/parts/EmptyState'
import { Loaded } from '@/parts/Loaded'
import { Page } from '@/parts/Page'
import { AttributeForm } from './AttributeForm'
import { AttributeValues } from './AttributeValues'

type Open = { what: 'new' } | { what: 'edit' | 'values'; attribute: Attribute }

/** The attributes that models read, what holds without a value, and who holds which. */
export default function AttributesPage() {
  const attributes = useQuery(attributesQuery)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const button = <Button onClick={() => setOpen({ what: 'new' })}>New attribute</Button>
  return (
    <Page title="Attributes" narrow actions={attributes.data && attributes.data.length > 0 && button}>
      <Loaded query={attributes} waiting={<Skeleton height={240} radius="lg" />}>
        {(known) =>
          known.length === 0 ? (
            <EmptyState title="No attribute yet" action={button}>
              Models ask for attributes to decide which rows and fields somebody sees: a region, a department.
            </EmptyState>
          ) : (
            <ul aria-label="Attributes" className="card rows" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {known.map((attribute) => (
                <Row
                  key={attribute.id}
                  label={attribute.name}
                  title={<code>{attribute.name}</code>}
                  actions={
                    <>
                      <Button
                        variant="default"
                        size="compact-sm"
                        aria-label={`Values of ${attribute.name}`}
                        onClick={() => setOpen({ what: 'values', attribute })}
                      >
                        Values
                      </Button>
                      <Button
                        variant="default"
                        size="compact-sm"
                        aria-label={`Change ${attribute.name}`}
                        onClick={() => setOpen({ what: 'edit', attribute })}
                      >
                        Change
                      </Button>
                      <Confirmed
                        action="Delete"
                        label={`Delete ${attribute.name}`}
                        run={() => deleteAttribute(attribute.id)}
                      >
                        The values of {people(attribute.people)} and {groups(attribute.groups)} go with it. Models that ask
                        for it then refuse everybody.
                      </Confirmed>
                    </>
                  }
                >
                  {attribute.description && <div>{attribute.description}</div>}
                  {people(attribute.people)} and {groups(attribute.groups)} with values ·{' '}
                  {attribute.default ? `default: ${attribute.default.join(', ') || 'no value'}` : 'no default'}
                </Row>
              ))}
            </ul>
          )
        }
      </Loaded>
      {open?.what === 'new' && <AttributeForm onClose={close} />}
      {open?.what === 'edit' && <AttributeForm attribute={open.attribute} onClose={close} />}
      {open?.what === 'values' && (
        <Modal opened onClose={close} title={`Values of ${open.attribute.name}`} size="lg">
          <Stack gap="md">
            <AttributeValues attribute={open.attribute} />
          </Stack>
        </Modal>
      )}
    </Page>
  )
}
