import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'

// The colours of old window glass: Chartres blue, ruby, amber, verdigris, held by lead.
const chartres: MantineColorsTuple = [
  '#eef3fb', '#d8e4f6', '#adc6ec', '#7fa5e2', '#588ad9', '#3f78d2', '#2c65c2', '#1f53a8', '#18448d', '#103370',
]
const ruby: MantineColorsTuple = [
  '#fdeef0', '#f6d9dd', '#eab0b8', '#de8591', '#d36070', '#cc495b', '#b8344a', '#9c283c', '#85202f', '#6c1523',
]
const amber: MantineColorsTuple = [
  '#fff6e4', '#fdebcb', '#f8d593', '#f3be5a', '#efab2b', '#e0980f', '#bd7d08', '#8f5d04', '#734a02', '#573800',
]
const verdigris: MantineColorsTuple = [
  '#eaf7f3', '#d3ece4', '#a4d8c8', '#72c3ab', '#4bb193', '#33a484', '#22886b', '#187058', '#105a46', '#074535',
]
const lead: MantineColorsTuple = [
  '#f4f7f8', '#e9eef0', '#d6dee2', '#bcc7cd', '#95a4ac', '#71818a', '#566670', '#3e4d57', '#283640', '#17232b',
]
const dark: MantineColorsTuple = [
  '#dfe7ea', '#b7c4ca', '#93a3ac', '#6a7a83', '#394952', '#2a3840', '#1a252c', '#12191f', '#0d1318', '#080c10',
]

export const SYSTEM_FONTS =
  'system-ui, -apple-system, "Segoe UI Variable Text", "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'

/** Tinted surfaces that keep their colour on dark ground too. */
const variants: VariantColorsResolver = (input) => {
  const plain = defaultVariantColorsResolver(input)
  if (input.variant !== 'light') return plain
  const colour = input.color ?? 'chartres'
  const shade = (number: number) => `var(--mantine-color-${colour}-${number})`
  const tint = (share: number) => `color-mix(in srgb, ${shade(5)} ${share}%, transparent)`
  return {
    ...plain,
    background: `light-dark(${shade(1)}, ${tint(26)})`,
    hover: `light-dark(${shade(2)}, ${tint(36)})`,
    color: `light-dark(${shade(8)}, ${shade(2)})`,
  }
}

export const theme = createTheme({
  variantColorResolver: variants,
  colors: { chartres, ruby, amber, verdigris, lead, gray: lead, red: ruby, green: verdigris, yellow: amber, blue: chartres, dark },
  primaryColor: 'chartres',
  primaryShade: { light: 7, dark: 6 },
  black: '#17232b',
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '18px' },
  fontFamily: SYSTEM_FONTS,
  fontFamilyMonospace: 'ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: {
    // Inscriptional faces that come with the system; elsewhere the text face.
    fontFamily: `Optima, Candara, ${SYSTEM_FONTS}`,
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.75rem', lineHeight: '1.2' },
      h2: { fontSize: '1.25rem', lineHeight: '1.3' },
      h3: { fontSize: '1.05rem', lineHeight: '1.35' },
    },
  },
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } },
    Modal: {
      defaultProps: { centered: true, radius: 'lg', transitionProps: { duration: 120 } },
      styles: {
        content: { background: 'var(--v-surface)' },
        header: { background: 'var(--v-surface)' },
        title: { fontWeight: 620, fontSize: '1.1rem' },
      },
    },
    Tooltip: { defaultProps: { openDelay: 300 } },
  },
})

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f5f8f9',
    '--mantine-color-text': '#17232b',
    '--mantine-color-dimmed': '#566670',
    '--v-surface': '#ffffff',
    '--v-sunken': '#ecf1f3',
    '--v-line': '#dae2e6',
    '--v-line-strong': '#bcc7cd',
  },
  dark: {
    '--mantine-color-body': '#0f161b',
    '--mantine-color-text': '#e3eaed',
    '--mantine-color-dimmed': '#95a5ae',
    '--v-surface': '#161f25',
    '--v-sunken': '#0b1115',
    '--v-line': '#28353d',
    '--v-line-strong': '#3d4d57',
  },
})
