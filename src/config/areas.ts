/** The rule of areas that are drawn by hand. */
import { z } from 'zod';

/** Areas drawn by hand; corners as shares of the width and height. */
export const areas = z
  .array(z.array(z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)])).min(3))
  .describe(
    'a list of polygons, each a list of three or more corners [x, y] with numbers from 0 to 1',
  );
