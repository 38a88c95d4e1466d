import { Modal, TagsInput, Text } from '@mantine/core'
import { useState } from 'react'
import { type Attribute, changeAttribute, createAttribute } from '@/api/directory'
import { NamedForm } from '@/parts/directory/NamedForm'

/** Makes an attribute, or describes it and says what holds without a value. Its name stays: models call it by that. */
export function AttributeForm({ attribute, onClose }: { attribute?: Attribute; onClose: () => void }) {
  const [values, setValues] = useState(attribute?.default ?? [])
  const fallback = values.length > 0 ? values : null
  return (
    <Modal opened onClose={onClose} title={attribute ? `Change ${attribute.name}` : 'New attribute'}>
      <NamedForm
        before={attribute}
        nameFixed={attribute !== undefined}
        action={attribute ? 'Save' : 'Make attribute'}
        save={({ name, description }) =>
          attribute
            ? changeAttribute(attribute.id, { description, default: fallback })
            : createAttribute({ name, description, default: fallback })
        }
        done={onClose}
      >
        <TagsInput
          label="Default"
          description="What counts for whoever has no value, neither of their own nor through a group."
          placeholder={values.length === 0 ? 'None; type a value and press Enter' : undefined}
          splitChars={[]}
          acceptValueOnBlur
          value={values}
          onChange={setValues}
          clearable
        />
        {!attribute && (
          <Text size="sm" c="dimmed">
            The name is what models call the attribute: letters, digits and underscores. It can’t be changed later.
          </Text>
        )}
      </NamedForm>
    </Modal>
  )
}
