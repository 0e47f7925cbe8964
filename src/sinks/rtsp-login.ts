/** Answers an RTSP server's question for a user and password (RFC 7616 with MD5, RFC 7617). */
import { createHash } from 'node:crypto';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * The Authorization header for one request.
 * @param challenge the server's WWW-Authenticate header
 * @returns undefined when the server asks for something unknown
 */
export function authorization(
  challenge: string,
  { user, password }: Login,
  method: string,
  uri: string,
): string | undefined {
  if (/^basic\b/i.test(challenge)) {
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }
  if (!/^digest\b/i.test(challenge)) return undefined;
  const fields = new Map(
    [...challenge.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]*))/g)].map(([, name, quoted, bare]) => [
      name?.toLowerCase(),
      quoted ?? bare ?? '',
    ]),
  );
  const [realm = '', nonce = ''] = [fields.get('realm'), fields.get('nonce')];
  const secret = md5(`${user}:${realm}:${password}`);
  const response = md5(`${secret}:${nonce}:${md5(`${method}:${uri}`)}`);
  const opaque = fields.get('opaque');
  return [
    `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}"`,
    `response="${response}"`,
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ].join(', ');
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
