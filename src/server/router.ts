/** Finds the route of an address: literal parts, and `{name}` for any one part. */
import type { Route } from './exchange.js';

export interface Found<T> {
  readonly route: T;
  readonly params: Readonly<Record<string, string>>;
}

/** Undefined when the path does not fit, or holds what cannot be decoded. */
export function matchPath(
  pattern: string,
  path: string,
): Readonly<Record<string, string>> | undefined {
  const names: string[] = [];
  const source = pattern.replace(/[.]/g, '\\.').replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return '([^/]+?)';
  });
  const found = new RegExp(`^${source}$`).exec(path);
  if (found === null) return undefined;
  try {
    return Object.fromEntries(
      names.map((name, i) => [name, decodeURIComponent(found[i + 1] ?? '')]),
    );
  } catch {
    return undefined;
  }
}

/** The route, or the methods that the address does have (none: no such address). */
export function findRoute<T extends Pick<Route, 'method' | 'path'>>(
  routes: readonly T[],
  method: string,
  path: string,
): Found<T> | { readonly allowed: readonly string[] } {
  const allowed: string[] = [];
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params === undefined) continue;
    if (route.method === method || (route.method === 'GET' && method === 'HEAD')) {
      return { route, params };
    }
    allowed.push(route.method);
  }
  return { allowed };
}
