/** The project's own WebAssembly: compiled once, instantiated for whoever needs memory of their own. */
import { readFileSync } from 'node:fs';
import { builtFile } from './package-root.js';

/** Part of Node, but of none of the type libraries that belong to it. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (code: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
};

/** Addresses are of bytes; views of the memory hold as long as the instance asks for no more of it. */
export interface WithMemory {
  readonly memory: { readonly buffer: ArrayBuffer };
}

const compiled = new Map<string, object>();

/**
 * What a new instance of a built module exports; its type is the caller's word.
 * @param place of the module in dist/, e.g. `src`, `memory`, `kernel.wasm`
 * @throws RelensError INFERENCE when the project was not built
 */
export function instantiate(...place: string[]): unknown {
  const path = builtFile(...place);
  const module = compiled.get(path) ?? new WebAssembly.Module(readFileSync(path));
  compiled.set(path, module);
  return new WebAssembly.Instance(module).exports;
}
