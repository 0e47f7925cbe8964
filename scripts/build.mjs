/** Compiles TypeScript to dist/, bundles the page, and leaves the command executable. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
const { status } = spawnSync(
  process.execPath,
  [join(typescript, 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
  { cwd: root, stdio: 'inherit' },
);
if (status !== 0) process.exit(status ?? 1);
chmodSync(join(root, 'dist', 'src', 'cli.js'), 0o755);

const viewer = join(root, 'dist', 'viewer');
mkdirSync(viewer, { recursive: true });
await build({
  entryPoints: [join(root, 'src', 'viewer', 'main.ts')],
  outfile: join(viewer, 'viewer.js'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
});
for (const file of ['index.html', 'login.html', 'viewer.css', 'icon.svg']) {
  cpSync(join(root, 'src', 'viewer', file), join(viewer, file));
}
cpSync(join(root, 'src', 'server', 'openapi.yaml'), join(viewer, 'openapi.yaml'));
