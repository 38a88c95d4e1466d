import { PasswordInput } from '@mantine/core'

interface NewPasswordProps {
  label?: string
  value: string
  onChange: (password: string) => void
}

export const REVEAL = { 'aria-label': 'Show or hide what is typed' }

/** A password that is chosen here. Whether it will do, the server says. */
export function NewPassword({ label = 'Password', value, onChange }: NewPasswordProps) {
  return (
    <PasswordInput
      label={label}
      description="At least 10 characters: several words that do not belong together, or what a password manager makes."
      name="new-password"
      autoComplete="new-password"
      size="md"
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={REVEAL}
    />
  )
}
