import { useMutation } from '@tanstack/react-query'
import type { Download } from '@/api/download'

/** Has the browser keep a file that the server made. `truncated` in the answer: it holds not all rows. */
export function useExport(name: string, ask: () => Promise<Download>) {
  return useMutation({
    mutationFn: async () => {
      const file = await ask()
      const address = URL.createObjectURL(file.blob)
      const link = document.createElement('a')
      link.href = address
      link.download = `${name.replaceAll(/[^\p{L}\p{N} _-]/gu, '').trim() || 'chart'}.csv`
      link.click()
      setTimeout(() => URL.revokeObjectURL(address), 60_000)
      return file
    },
  })
}
