/** Tells when a config file has been changed. */
import { unwatchFile, watchFile } from 'node:fs';
import { Observable } from 'rxjs';

/** Asking for the time of the change works everywhere, also where editors replace the file. */
const INTERVAL_MS = 500;

/** Emits after each change of the file, until unsubscribed. */
export function fileChanges(path: string): Observable<void> {
  return new Observable((subscriber) => {
    const changed = () => {
      subscriber.next();
    };
    watchFile(path, { interval: INTERVAL_MS }, changed);
    return () => {
      unwatchFile(path, changed);
    };
  });
}
