/** Compiles TypeScript and the kernel to dist/, bundles the page, and leaves the command executable. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);

/**
 * Runs a compiler; ends with its exit code when it fails.
 * @param {string} script
 * @param {string[]} options
 */
function compile(script, ...options) {
  const { status } = spawnSync(process.execPath, [script, ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

compile(
  join(dirname(resolve('typescript/package.json')), 'bin', 'tsc'),
  '-p',
  'tsconfig.build.json',
);
chmodSync(join(root, 'dist', 'src', 'cli.js'), 0o755);
for (const room of ['memory', 'detectors']) {
  const config = join('src', room, 'kernel', 'asconfig.json');
  compile(resolve('assemblyscript/bin/asc.js'), '--config', config);
}

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
