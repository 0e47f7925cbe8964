/** A manifest as one HTML page that a lawyer can read and an expert can check. */
import type { Manifest } from './manifest.js';

/** One frame as it was, as it is, and what each cell is; data URLs. */
export interface ShownFrame {
  readonly seq: number;
  /** Seconds. */
  readonly time: number;
  readonly why: string;
  readonly pictures: readonly { readonly caption: string; readonly url: string }[];
}

export interface PageInput {
  readonly manifest: Manifest;
  /** The manifest's own SHA-256, and its name. */
  readonly sha256: string;
  readonly name: string;
  readonly frames: readonly ShownFrame[];
  /** Why there are none, where there are none. */
  readonly withoutPictures?: string;
  /** Colours of the overlay, by provenance. */
  readonly colours: Readonly<Record<string, string>>;
}

const STYLE = `
:root { color-scheme: light; }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 2rem 1.5rem; color: #1b1f24; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; } h2 { margin: 2.2rem 0 .6rem; font-size: 1.25rem; border-bottom: 2px solid #1b1f24; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } td, th { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid #d6d9dd; }
th { width: 12rem; font-weight: 600; } code, .hash { font: .8rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.bar { display: flex; height: 1.6rem; border: 1px solid #1b1f24; margin: .8rem 0 .4rem; } .bar span { display: block; }
.key { display: inline-block; width: .8em; height: .8em; border: 1px solid #555; margin-right: .35em; }
figure { margin: 0; } figcaption { font-size: .8rem; color: #444; } img { width: 100%; display: block; background: #ddd; }
.row { display: grid; grid-template-columns: repeat(3, 1fr); gap: .6rem; margin: .6rem 0 1.4rem; }
ol { padding-left: 1.4rem; } li { margin-bottom: .8rem; } small { color: #444; } .note { border-left: 4px solid #fd7e14; padding: .1rem 0 .1rem .9rem; }
@media print { body { padding: 0; } h2 { break-after: avoid; } .row, li { break-inside: avoid; } }`;

/** What each word means, for somebody who was not there. */
const MEANING: Readonly<Record<string, string>> = {
  original: 'exactly as the recording shows it, bit for bit before encoding',
  denoised: 'estimated from samples of the same place in this and other frames',
  recovered: 'hidden or damaged here, and really seen at another moment of the same recording',
  synthesised:
    'never seen at any moment: made up by a network. It looks plausible and proves nothing',
  drawn: 'hatching, outline or legend that was asked for: no picture at all',
};

export function reportPage(input: PageInput): string {
  const { manifest } = input;
  const title = `What was done to ${lastOf(manifest.input.name)}`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style>
<h1>${escaped(title)}</h1>
<p><small>Relens ${escaped(manifest.software['relens'] ?? '')}, finished ${escaped(text(manifest.run['finished']))}; made from ${escaped(input.name)}</small></p>
${summary(input)}
${cameIn(manifest)}
${done(manifest)}
${shown(input)}
${found(manifest)}
${limits(manifest)}
${repeat(input)}
</html>
`;
}

function summary({ manifest, colours }: PageInput): string {
  const shares = sharesOf(manifest);
  const invented = shares['synthesised'] ?? 0;
  const verdict =
    invented === 0
      ? 'Nothing in this file was made up by a network for want of a sample: every repaired cell rests on samples that the camera took.'
      : `${percent(invented)} of all cells were made up. They are marked in the provenance track, and in the pictures below; do not rely on them.`;
  const bar = Object.entries(shares)
    .map(
      ([name, share]) =>
        `<span style="width:${share * 100}%;background:${fill(colours, name)}"></span>`,
    )
    .join('');
  const rows = Object.entries(shares).map(
    ([name, share]) =>
      `<tr><th><span class="key" style="background:${fill(colours, name)}"></span>${escaped(name)}</th><td>${percent(share)}</td><td>${MEANING[name] ?? ''}</td></tr>`,
  );
  return `<p class="note"><strong>${escaped(verdict)}</strong></p>
<p>The picture is divided into cells of 2 x 2 pixels. For each cell of each of the ${manifest.frames.count} frames it was written down what it is:</p>
<div class="bar">${bar}</div><table>${rows.join('')}</table>`;
}

function cameIn({ input, lost, conversions, mask }: Manifest): string {
  const rows: [string, string][] = [
    ['File', lastOf(input.name)],
    ['Size', `${input.bytes.toLocaleString('en')} bytes`],
    ['SHA-256', input.sha256],
    [
      'Recording',
      `${input.codec} in ${input.container}, ${input.pixelFormat}, ${input.width} x ${input.height}, ${input.frameRate.toFixed(3)} frames a second`,
    ],
    ['Lost in decoding', lost.length === 0 ? 'nothing' : lost.join('; ')],
    ['Converted', conversions.length === 0 ? 'nothing' : conversions.join('; ')],
    ...(mask === undefined
      ? []
      : [
          ['Mask drawn by hand', `${lastOf(mask.name)}, SHA-256 ${mask.sha256}`] as [
            string,
            string,
          ],
        ]),
  ];
  return `<h2>What came in</h2><p>The original was read, never written to.</p>${table(rows)}`;
}

function done({ steps }: Manifest): string {
  const items = steps.map(({ step, what, why, parameters, reference }) => {
    const known = Object.entries(parameters).filter(
      ([, value]) => value !== undefined && typeof value !== 'object',
    );
    const words = known.map(([name, value]) => `${name} = ${text(value)}`).join(', ');
    const lines = [words && `Parameters: ${words}.`, reference && `Method: ${reference}.`].filter(
      Boolean,
    );
    return `<li><strong>${escaped(step)}.</strong> ${escaped(what)} ${escaped(why)}<br><small>${escaped(lines.join(' '))}</small></li>`;
  });
  return `<h2>What was done, in order, and why</h2><ol>${items.join('')}</ol>`;
}

function shown({ frames, withoutPictures }: PageInput): string {
  const rows = frames.map(({ seq, time, why, pictures }) => {
    const figures = pictures.map(
      ({ caption, url }) =>
        `<figure><img alt="${escaped(caption)}" src="${url}"><figcaption>${escaped(caption)}</figcaption></figure>`,
    );
    return `<p>Frame ${seq}, at ${time.toFixed(2)} s: ${escaped(why)}.</p><div class="row">${figures.join('')}</div>`;
  });
  const none = withoutPictures ?? 'No frame was changed.';
  return `<h2>Pictures</h2>${rows.length > 0 ? rows.join('') : `<p>${escaped(none)}</p>`}`;
}

/** Whatever was found, by whatever name: numbers and short lists as rows, the rest as it is. */
function found({ findings }: Manifest): string {
  const { provenance: _shares, inference: _network, ...others } = findings;
  const rows = Object.entries(others).map(([name, value]): [string, string] => [
    name,
    typeof value === 'object' ? shortened(JSON.stringify(value, rounded)) : text(value),
  ]);
  return `<h2>What was found</h2>${table(rows)}`;
}

function limits({ output, frames }: Manifest): string {
  const encoding = output.lossless
    ? 'The file holds exactly the planes whose hashes were recorded.'
    : 'The file was encoded with loss: it shows nearly, not exactly, the planes whose hashes were recorded.';
  const points = [
    encoding,
    'Denoised and recovered cells are estimates. Where the camera moved, light changed or something passed, an estimate may mix moments; the uncertainty in the provenance track says what error is to be expected of each cell, as it was found on footage whose truth was known.',
    'A network corrects recovered cells by at most 16 grey levels. Faces, number plates and writing in repaired cells must be checked against the original.',
    'Damage that was not found was not repaired, and what was repaired need not have been damaged.',
    'The hashes prove that these files belong together and were not changed since. They do not prove who recorded the original, when, or that it was not changed before. The clock of the run is that of the machine.',
    'On one kind of machine and device doing it again gives the same bits. On others single samples differ: by 1 grey level, in 7 of a million samples, between processors with and without AVX, where it was measured last; verify --rerun says it for a lossless file.',
    `Frames are numbered from 0 to ${Math.max(0, frames.count - 1)} in the order in which they are shown.`,
  ];
  return `<h2>Limits</h2><ul>${points.map((point) => `<li>${escaped(point)}</li>`).join('')}</ul>`;
}

function repeat({ manifest, sha256, name }: PageInput): string {
  const files: [string, string][] = [
    ['Manifest', `${name}, SHA-256 ${sha256}`],
    ['Restored file', `${manifest.output.name}, SHA-256 ${manifest.output.sha256}`],
    ['List of frames', `${manifest.frames.name}, SHA-256 ${manifest.frames.sha256}`],
    ['Last link of the chain', manifest.frames.chain],
    ['Provenance track', `${manifest.cells.name}, SHA-256 ${manifest.cells.sha256}`],
    ['Signed by', manifest.signer ? `Ed25519 key ${manifest.signer.fingerprint}` : 'nobody'],
    [
      'Model',
      `${manifest.inference.model}, SHA-256 ${manifest.inference.modelSha256}, on ${manifest.inference.device}`,
    ],
    [
      'Software',
      Object.entries(manifest.software)
        .map((entry) => entry.join(' '))
        .join(', '),
    ],
    ['Settings', JSON.stringify(manifest.settings)],
  ];
  return `<h2>How to check and repeat it</h2>
<p>Check the hashes, the chain and the signature; then restore again and compare every frame bit for bit, which on the same kind of machine, with the same software, must succeed:</p>
<p><code>relens verify ${escaped(name)}<br>relens verify ${escaped(name)} --original FILE --rerun</code></p>
${table(files, 'hash')}`;
}

function sharesOf({ findings }: Manifest): Record<string, number> {
  const { provenance } = findings;
  if (typeof provenance !== 'object' || provenance === null) return {};
  const entries = Object.entries(provenance as Record<string, unknown>);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

function fill(colours: Readonly<Record<string, string>>, name: string): string {
  return name === 'original' ? '#f1f3f5' : (colours[name] ?? '#868e96');
}

function table(rows: readonly (readonly [string, string])[], style = ''): string {
  const cells = rows.map(
    ([name, value]) =>
      `<tr><th>${escaped(name)}</th><td class="${style}">${escaped(value)}</td></tr>`,
  );
  return `<table>${cells.join('')}</table>`;
}

const shortened = (json: string) =>
  json.length > 900 ? `${json.slice(0, 900)} … (all of it is in the manifest)` : json;
const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.001 ? 4 : 2)} %`;
const lastOf = (name: string) => name.split('/').at(-1) ?? name;
const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value;

function escaped(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
