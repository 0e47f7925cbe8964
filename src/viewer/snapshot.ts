/** Fetches the archive of original and restored picture, and lets the browser save it. */
import { element } from './dom.js';

/** @returns what became of it, in words */
export async function saveSnapshot(name: string): Promise<string> {
  try {
    const response = await fetch(`/api/cameras/${encodeURIComponent(name)}/snapshot`);
    if (!response.ok) {
      const { error } = (await response.json()) as { error: { message: string } };
      return `No snapshot: ${error.message}.`;
    }
    const disposition = response.headers.get('content-disposition') ?? '';
    const file = /filename="([^"]+)"/.exec(disposition)?.[1] ?? `${name}.zip`;
    const href = URL.createObjectURL(await response.blob());
    element('a', { href, download: file }).click();
    window.setTimeout(() => {
      URL.revokeObjectURL(href);
    }, 60_000);
    return `Saved ${file}: original, restored, mask, provenance and manifest.`;
  } catch {
    return 'No snapshot: Relens does not answer.';
  }
}
