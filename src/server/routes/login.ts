/** The page's way in: the token once, then a cookie. */
import type { Access } from '../access.js';
import { atOnce, readBody, sendProblem, type Route } from '../exchange.js';
import type { RateLimit } from '../rate-limit.js';

export function loginRoutes(access: Access, guesses: RateLimit): Route[] {
  return [
    {
      method: 'POST',
      path: '/login',
      access: 'open',
      handle: async ({ request, response }) => {
        const address = request.socket.remoteAddress ?? '';
        const wait = guesses.wait(address);
        if (wait > 0) {
          response.setHeader('retry-after', wait);
          sendProblem(response, 429, 'TOO_MANY_GUESSES', `too many wrong tokens: wait ${wait} s`);
          return;
        }
        const form = new URLSearchParams(
          await readBody(request, 'application/x-www-form-urlencoded'),
        );
        const right = !access.needsToken || access.isToken((form.get('token') ?? '').trim());
        if (!right) guesses.take(address);
        else if (access.needsToken) response.setHeader('set-cookie', access.cookie());
        response.writeHead(303, { location: right ? '/' : '/login#wrong' }).end();
      },
    },
    {
      method: 'POST',
      path: '/logout',
      handle: atOnce(({ response }) => {
        response.writeHead(303, { location: '/login', 'set-cookie': access.noCookie() }).end();
      }),
    },
  ];
}
