import { PasswordInput } from '@mantine/core'
import { Problem } from '@/api/problem'

interface NewPasswordProps {
  label?: string
  value: string
  onChange: (password: string) => void
  /** What came of sending it; shown by the field when it is the password that was refused. */
  error?: unknown
}

export const REVEAL = { 'aria-label': 'Show or hide what is typed' }

/** What the server has against a password, when that is what it refused; the rest is for a `ProblemCard`. */
export const aboutPassword = (error: unknown, code = 'weak-password'): string | undefined =>
  error instanceof Problem && error.code === code ? `${error.cause} ${error.cure}` : undefined

/** Says why a password was refused, by the field and aloud. Mantine itself marks a refused password for the eye only. */
export const refused = (why: string | undefined) => ({
  error: why,
  errorProps: { role: 'alert' },
  'aria-invalid': why !== undefined,
})

/** A password that is chosen here. Whether it will do, the server says. */
export function NewPassword({ label = 'Password', value, onChange, error }: NewPasswordProps) {
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
      {...refused(aboutPassword(error))}
      visibilityToggleButtonProps={REVEAL}
    />
  )
}
