import { CloseButton, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import { Icon } from '@/parts/icons'

interface SearchFieldProps {
  label: string
  value?: string
  /** Called when typing rests. */
  onChange: (text: string | undefined) => void
}

export function SearchField({ label, value = '', onChange }: SearchFieldProps) {
  const [text, setText] = useState(value)
  const later = useDebouncedCallback((typed: string) => onChange(typed.trim() || undefined), 300)
  const type = (typed: string) => {
    setText(typed)
    later(typed)
  }
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      leftSection={<Icon name="search" size={16} />}
      value={text}
      maxLength={200}
      onChange={(event) => type(event.currentTarget.value)}
      rightSection={text && <CloseButton size="sm" aria-label="Clear" onClick={() => type('')} />}
      style={{ flex: '1 1 220px' }}
    />
  )
}
