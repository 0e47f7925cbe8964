import { expect, it } from 'vitest';
import { manifestJsonSchema } from '../../src/evidence/manifest.js';
import { packageFile } from '../../src/config/package-root.js';

it('is published as a JSON schema, which is the one that is checked', async () => {
  const text = `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(packageFile('schemas', 'manifest.schema.json'));
});
