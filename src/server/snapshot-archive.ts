/** A snapshot as one ZIP: original and restored picture, mask, provenance, and what they are. */
import { createHash } from 'node:crypto';
import { zipSync } from 'fflate';
import { packageVersion } from '../config/package-root.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import { stillImage, type RawPicture } from '../ffmpeg/still.js';
import type { Snapshot } from '../frame/live-seams.js';
import { PROVENANCE, provenanceShares } from '../frame/provenance.js';
import { PROVENANCE_COLOURS } from '../frame/wire-format.js';

export interface Archive {
  /** Camera and time. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const WHAT = {
  'original.png': 'as the camera sent it, decoded',
  'restored.png': 'the same frame, restored',
  'mask.png': 'white: a cell of 2x2 pixels that was to be repaired',
  'provenance.png': 'where each cell of 2x2 pixels comes from, in the colours of the legend',
} as const;

/** @throws RelensError FFMPEG_FAILED */
export async function snapshotArchive(ffmpeg: Ffmpeg, snapshot: Snapshot): Promise<Archive> {
  const { width, height, original, restored, overlay, colour } = snapshot;
  const grid = { width: overlay.columns, height: overlay.rows };
  const pictures: Record<keyof typeof WHAT, RawPicture> = {
    'original.png': { width, height, pixelFormat: 'yuv420p', data: original, colour },
    'restored.png': { width, height, pixelFormat: 'yuv420p', data: restored, colour },
    'mask.png': { ...grid, pixelFormat: 'gray', data: overlay.mask },
    'provenance.png': { ...grid, pixelFormat: 'rgb24', data: coloured(overlay.provenance) },
  };
  const files: Record<string, Uint8Array> = {};
  for (const [name, picture] of Object.entries(pictures)) {
    files[name] = await stillImage(ffmpeg, picture, 'png');
  }
  files['manifest.json'] = Buffer.from(`${JSON.stringify(manifest(snapshot, files), null, 2)}\n`);
  const time = new Date(snapshot.times.receivedMs).toISOString().replace(/[:.]/g, '-');
  // PNG is compressed already.
  return { name: `${snapshot.camera}-${time}.zip`, bytes: zipSync(files, { level: 0 }) };
}

function manifest(snapshot: Snapshot, files: Readonly<Record<string, Uint8Array>>) {
  const { camera, width, height, times, passedThrough, trusted, sigma, overlay } = snapshot;
  const masked = overlay.mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  return {
    made: `Relens ${packageVersion()}`,
    camera,
    frame: overlay.seq,
    received: new Date(times.receivedMs).toISOString(),
    decoded: new Date(times.decodedMs).toISOString(),
    restored: new Date(times.restoredMs).toISOString(),
    width,
    height,
    passedThroughUnrestored: passedThrough,
    partsMayBeWrongAfterLostPackets: !trusted,
    noiseGreyLevels: sigma,
    repairedShare: masked / Math.max(1, overlay.mask.length),
    provenance: provenanceShares(overlay.provenance),
    legend: PROVENANCE_COLOURS,
    sha256OfPlanes: { original: sha256(snapshot.original), restored: sha256(snapshot.restored) },
    files: Object.entries(WHAT).map(([name, what]) => ({
      name,
      what,
      sha256: sha256(files[name] ?? new Uint8Array()),
    })),
  };
}

function coloured(provenance: Uint8Array): Uint8Array {
  const names = Object.keys(PROVENANCE) as (keyof typeof PROVENANCE)[];
  const colours = names.map((name) => Buffer.from(PROVENANCE_COLOURS[name].slice(1), 'hex'));
  const rgb = new Uint8Array(provenance.length * 3);
  provenance.forEach((value, cell) => rgb.set(colours[value] ?? [], cell * 3));
  return rgb;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
