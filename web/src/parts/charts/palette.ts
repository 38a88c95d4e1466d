/**
 * Twelve colours of old glass, each for light ground and for dark. Neighbours differ in lightness as well as in hue, and
 * each stands out from its ground by 3:1 at least (WCAG 1.4.11).
 */
export const PALETTE: readonly (readonly [light: string, dark: string])[] = [
  ['#2c65c2', '#7fa5e2'],
  ['#bd7d08', '#efab2b'],
  ['#187058', '#4bb193'],
  ['#b8344a', '#e2808f'],
  ['#7a4fb5', '#b596e6'],
  ['#1a86a0', '#5cc0d6'],
  ['#7a5a3a', '#c4a27c'],
  ['#c2568f', '#e59cc4'],
  ['#6b7d1a', '#b5c455'],
  ['#566670', '#95a4ac'],
  ['#c8591f', '#ee9a66'],
  ['#45479c', '#9a9be8'],
]

/** A place in the palette as a colour that follows the ground. */
export function colour(place: number): string {
  const [light, dark] = PALETTE[place % PALETTE.length] ?? ['#2c65c2', '#7fa5e2']
  return `light-dark(${light}, ${dark})`
}
