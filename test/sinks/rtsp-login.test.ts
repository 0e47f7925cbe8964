/** Authorization by the examples of the specifications. */
import { expect, it } from 'vitest';
import { authorization } from '../../src/sinks/rtsp-login.js';

it('answers Basic as RFC 7617 has it', () => {
  const login = { user: 'Aladdin', password: 'open sesame' };
  expect(authorization('Basic realm="WallyWorld"', login, 'ANNOUNCE', 'rtsp://host/x')).toBe(
    'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
  );
});

it('answers Digest as RFC 2069 has it', () => {
  const challenge =
    'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"';
  const login = { user: 'Mufasa', password: 'CircleOfLife' };
  const header = authorization(challenge, login, 'GET', '/dir/index.html');
  // The corrected value of the example (RFC 2069, errata 749).
  expect(header).toContain('response="1949323746fe6a43ef61f9606e7febea"');
  expect(header).toContain('opaque="5ccc069c403ebaf9f0171e9517f40e41"');
});

it('has no answer to what it does not know', () => {
  expect(authorization('Negotiate', { user: 'a', password: 'b' }, 'GET', '/')).toBeUndefined();
});
