/**
 * What an app may import, and how it gets there.
 *
 * VENDOR libraries are prebuilt once, as ES modules that are the same for all apps and are fetched once by a browser.
 * INLINE libraries are big barrels of which an app uses little: its own build takes what it needs out of them.
 */
export const VENDOR = [
  'react',
  'react/jsx-runtime',
  'react-dom',
  'react-dom/client',
  '@vitrail/sdk',
  'recharts',
  'clsx',
  'tailwind-merge',
  'class-variance-authority',
  '@radix-ui/react-dialog',
  '@radix-ui/react-popover',
  '@radix-ui/react-slot',
  '@radix-ui/react-tabs',
  '@radix-ui/react-tooltip',
];

export const COMMONJS = new Set(['react', 'react/jsx-runtime', 'react-dom', 'react-dom/client']);
export const WITH_DEFAULT = new Set(['clsx']);

export const INLINE = ['lucide-react', 'date-fns'];

export const BROWSERS = 'es2023';
