/**
 * The warm toolchain of a workspace: one line of JSON in, one out.
 *
 *     {"id": 1, "op": "check"}            → {"id": 1, "result": [finding, …]}
 *     {"id": 2, "op": "build", "mode": "preview" | "publish"}
 *     {"id": 3, "op": "references"}
 *     {"id": 4, "op": "preload"}
 *
 * A failure that is not the source's is {"id", "error": text}. It ends when stdin does.
 */
import { createInterface } from 'node:readline';
import { preview, publish } from './build.mjs';

let checking = null; // TypeScript's process, from the first time it is needed
const types = () => (checking ??= import('./types.mjs').then(({ Types }) => new Types()));

const operations = {
  check: async () => (await types()).check(),
  build: ({ mode }) => (mode === 'publish' ? publish() : preview()),
  references: async () => {
    const { references } = await import('./references.mjs');
    return (await types()).withProject(references);
  },
  preload: () => preload(),
};

async function preload() {
  // The libraries are loaded while the agent still thinks.
  await Promise.all([
    types().then((all) => all.preload()),
    import('./references.mjs'),
    import('vite'),
    import('@tailwindcss/vite'),
    import('@tailwindcss/node'),
    import('@tailwindcss/oxide'),
  ]);
  return null;
}

// Nothing but answers may reach stdout.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
const answer = (message) => write(`${JSON.stringify(message)}\n`);

answer({ ready: true });
for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  if (line.trim() === '') continue;
  const request = JSON.parse(line);
  const operation = operations[request.op];
  if (operation === undefined) answer({ id: request.id, error: `There is no operation ${request.op}.` });
  else {
    Promise.resolve()
      .then(() => operation(request))
      .then(
        (result) => answer({ id: request.id, result }),
        (error) => answer({ id: request.id, error: String(error?.stack ?? error).slice(0, 4000) }),
      );
  }
}
await (await checking)?.close();
process.exit(0);
