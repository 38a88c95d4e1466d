// Sets the colour scheme before the first paint. A file, since the page's policy forbids inline scripts.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('vitrail-color-scheme')
  } catch {
    // Storage may be forbidden; then the system's scheme holds.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
