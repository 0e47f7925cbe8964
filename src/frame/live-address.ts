/** A camera's address, taken apart: what it is, what may be shown of it, and the secret whole. */
export interface LiveAddress {
  readonly kind: 'rtsp' | 'http' | 'hls' | 'file';
  /** Without user, password and query: for people, logs and pages. */
  readonly shown: string;
  /** `host:port`; empty for a file. */
  readonly host: string;
  readonly hasLogin: boolean;
  /** As ffmpeg wants it; holds the password: never logged, never an argument. */
  readonly secret: string;
}

/** True where frames come as they happen, and so are stamped with the time of their coming. */
export function arrives({ kind }: LiveAddress): boolean {
  return kind === 'rtsp' || kind === 'http';
}
