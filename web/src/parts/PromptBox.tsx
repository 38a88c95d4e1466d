import { Button, Text } from '@mantine/core'
import { type FormEvent, type KeyboardEvent, type ReactNode, useId } from 'react'
import { Icon } from './icons'
import classes from './PromptBox.module.css'

/** Characters that the server takes in one prompt. */
export const MAX_PROMPT = 20_000

interface PromptBoxProps {
  label: string
  labelHidden?: boolean
  placeholder?: string
  action: string
  value: string
  onChange: (value: string) => void
  onSend: (prompt: string) => void
  sending: boolean
  /** Why nothing can be sent now. */
  blocked?: string | undefined
  rows?: number
  autoFocus?: boolean
  instead?: ReactNode
}

/** Where a builder writes. Enter sends, Shift+Enter makes a new line. */
export function PromptBox({
  label,
  labelHidden = false,
  placeholder,
  action,
  value,
  onChange,
  onSend,
  sending,
  blocked,
  rows = 2,
  autoFocus = false,
  instead,
}: PromptBoxProps) {
  const id = useId()
  const prompt = value.trim()
  const over = prompt.length - MAX_PROMPT
  const ready = prompt.length >= 3 && over <= 0 && !blocked && !sending
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (ready) onSend(prompt)
  }
  const keys = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes a character, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    event.currentTarget.form?.requestSubmit()
  }
  return (
    <form onSubmit={submit}>
      <Text
        component="label"
        htmlFor={id}
        className={labelHidden ? 'heard' : undefined}
        fw={580}
        size="sm"
        display="block"
        mb={labelHidden ? 0 : 6}
      >
        {label}
      </Text>
      <div className={classes.box}>
        <textarea
          id={id}
          className={classes.input}
          placeholder={placeholder}
          rows={rows}
          style={{ ['--rows' as string]: rows }}
          autoFocus={autoFocus}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          onKeyDown={keys}
          aria-describedby={`${id}-hint`}
          aria-invalid={over > 0}
        />
        <div className={classes.foot}>
          <Text id={`${id}-hint`} size="xs" c={over > 0 ? 'ruby' : 'dimmed'} className={classes.hint}>
            {over > 0
              ? `${over.toLocaleString('en')} characters too long: ${MAX_PROMPT.toLocaleString('en')} at most.`
              : (blocked ?? 'Enter sends, Shift+Enter starts a new line')}
          </Text>
          {instead || (
            <Button
              type="submit"
              size="sm"
              radius="md"
              disabled={!ready && !sending}
              loading={sending}
              rightSection={<Icon name="send" size={15} />}
            >
              {action}
            </Button>
          )}
        </div>
      </div>
    </form>
  )
}
